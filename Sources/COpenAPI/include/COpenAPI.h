#pragma once

/// The OpenAPI description of the API: its first byte, and its size (bytes).
const unsigned char *comm_openapi(void);
unsigned long comm_openapi_size(void);
