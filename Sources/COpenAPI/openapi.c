#include "COpenAPI.h"

// Embedded by the C compiler: as a Swift literal the same file takes minutes to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char document[] = {
#embed "../comm-api/Resources/openapi.json"
};

const unsigned char *comm_openapi(void) {
    return document;
}

unsigned long comm_openapi_size(void) {
    return sizeof document;
}
