#ifndef COMM_CURL_SHIM_H
#define COMM_CURL_SHIM_H

#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo take any type: one function for each type that is used. */

typedef size_t (*comm_curl_writer)(char *bytes, size_t size, size_t count, void *context);
typedef int (*comm_curl_progress)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

static inline CURLcode comm_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode comm_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode comm_curl_set_buffer(CURL *handle, CURLoption option, char *buffer) {
    return curl_easy_setopt(handle, option, buffer);
}

static inline CURLcode comm_curl_set_writer(CURL *handle, comm_curl_writer writer, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}

static inline CURLcode comm_curl_set_progress(CURL *handle, comm_curl_progress progress, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context) : code;
}

static inline CURLcode comm_curl_socket(CURL *handle, curl_socket_t *socket) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, socket);
}

/* Once, before the first handle is made. */
static inline CURLcode comm_curl_start(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

#endif
