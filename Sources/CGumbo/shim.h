#ifndef COMM_GUMBO_SHIM_H
#define COMM_GUMBO_SHIM_H

#include <gumbo.h>
#include <setjmp.h>
#include <stdlib.h>
#include <time.h>

/* gumbo does not check what its allocator returns. So the allocator below leaves the parser by longjmp when a bound is reached. Both ends of
   the jump are in this file: no frame of another language lies between them. All memory comes from one arena, released as a whole. */

typedef enum {
    comm_gumbo_parsed = 0,
    comm_gumbo_memory_exceeded = 1,
    comm_gumbo_time_exceeded = 2,
} comm_gumbo_result;

typedef struct comm_gumbo_block {
    struct comm_gumbo_block *previous;
    size_t size;
    size_t used;
} comm_gumbo_block;

typedef struct {
    comm_gumbo_block *block;
    size_t reserved;
    size_t memory_limit;
    unsigned allocations;
    long long deadline;
    char *last;
    size_t last_size;
    jmp_buf escape;
} comm_gumbo_arena;

static inline long long comm_gumbo_processor_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (long long)time.tv_sec * 1000000000LL + time.tv_nsec;
}

static inline void *comm_gumbo_allocate(void *userdata, size_t size) {
    comm_gumbo_arena *arena = (comm_gumbo_arena *)userdata;
    const size_t header = (sizeof(comm_gumbo_block) + 15) & ~(size_t)15;
    size = (size + 15) & ~(size_t)15;
    if (size == 0) size = 16;
    if ((++arena->allocations & 63) == 0 && comm_gumbo_processor_time() > arena->deadline) {
        longjmp(arena->escape, comm_gumbo_time_exceeded);
    }
    comm_gumbo_block *block = arena->block;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > 128 * 1024 ? size : 128 * 1024;
        if (arena->reserved + room > arena->memory_limit) longjmp(arena->escape, comm_gumbo_memory_exceeded);
        comm_gumbo_block *fresh = (comm_gumbo_block *)malloc(header + room);
        if (fresh == NULL) longjmp(arena->escape, comm_gumbo_memory_exceeded);
        fresh->previous = block;
        fresh->size = room;
        fresh->used = 0;
        arena->block = fresh;
        arena->reserved += room;
        block = fresh;
    }
    arena->last = (char *)block + header + block->used;
    arena->last_size = size;
    block->used += size;
    return arena->last;
}

static inline void comm_gumbo_deallocate(void *userdata, void *pointer) {
    comm_gumbo_arena *arena = (comm_gumbo_arena *)userdata;
    /* The newest piece is taken back at once: most of the parser's buffers live briefly. */
    if (pointer != NULL && pointer == arena->last) {
        arena->block->used -= arena->last_size;
        arena->last = NULL;
    }
}

static inline comm_gumbo_arena *comm_gumbo_arena_create(size_t memory_limit) {
    comm_gumbo_arena *arena = (comm_gumbo_arena *)calloc(1, sizeof(comm_gumbo_arena));
    if (arena != NULL) arena->memory_limit = memory_limit;
    return arena;
}

static inline void comm_gumbo_arena_destroy(comm_gumbo_arena *arena) {
    comm_gumbo_block *block = arena->block;
    while (block != NULL) {
        comm_gumbo_block *previous = block->previous;
        free(block);
        block = previous;
    }
    free(arena);
}

/* Parses a document. `budget` is processor time in nanoseconds. The tree lives in the arena and points into the buffer. */
__attribute__((noinline)) static comm_gumbo_result comm_gumbo_parse(
    comm_gumbo_arena *arena, const char *buffer, size_t length, long long budget, GumboOutput **output) {
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = comm_gumbo_allocate;
    options.deallocator = comm_gumbo_deallocate;
    options.userdata = arena;
    options.max_errors = 0;
    *output = NULL;
    arena->deadline = comm_gumbo_processor_time() + budget;
    int reason = setjmp(arena->escape);
    if (reason != 0) return (comm_gumbo_result)reason;
    *output = gumbo_parse_with_options(&options, buffer, length);
    return comm_gumbo_parsed;
}

#endif
