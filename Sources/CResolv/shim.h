#include <netinet/in.h>
#include <resolv.h>

// The names are macros, which Swift does not see.
static inline int resolver_open(struct __res_state *state) { return res_ninit(state); }
static inline void resolver_close(struct __res_state *state) { res_nclose(state); }
static inline int resolver_query(struct __res_state *state, const char *name, int type, unsigned char *answer, int length) {
    return res_nquery(state, name, 1 /* Internet */, type, answer, length);
}
