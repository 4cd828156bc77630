/* A memoising counter in plain C: it does not know that Python exists. */
#include "tally.h"

#include <stdlib.h>

#define MEMO_LIMIT 128

struct counter {
    weigh_function weigh;
    void *handle;
    int known;
    long keys[MEMO_LIMIT];
    long weights[MEMO_LIMIT];
    long long adds;
    long long total;
};

/* The journal: every weight ever added, by any counter, in an array that grows. */
static long *journal;
static size_t journal_length;
static size_t journal_room;

static int
journal_append(long weight)
{
    if (journal_length == journal_room) {
        size_t room = journal_room ? 2 * journal_room : 64;
        long *bigger = realloc(journal, room * sizeof(long));
        if (bigger == NULL) {
            return -1;
        }
        journal = bigger;
        journal_room = room;
    }
    journal[journal_length++] = weight;
    return 0;
}

counter *
counter_new(weigh_function weigh, void *handle)
{
    counter *self = calloc(1, sizeof(counter));
    if (self != NULL) {
        self->weigh = weigh;
        self->handle = handle;
    }
    return self;
}

void
counter_free(counter *self)
{
    free(self);
}

static int
find(const counter *self, long key)
{
    for (int i = 0; i < self->known; i++) {
        if (self->keys[i] == key) {
            return i;
        }
    }
    return -1;
}

int
counter_add(counter *self, long key, long *weight)
{
    int place = find(self, key);
    if (place < 0) {
        *weight = self->weigh(self->handle, key);
        if (*weight < 0) {
            return -1;
        }
        if (self->known == MEMO_LIMIT) {
            self->known = 0;
        }
        place = self->known++;
        self->keys[place] = key;
        self->weights[place] = *weight;
    }
    *weight = self->weights[place];
    if (journal_append(*weight) < 0) {
        return -2;
    }
    self->adds += 1;
    self->total += *weight;
    return 0;
}

int
counter_heaviest(counter *self, long *key)
{
    long most = -1;
    for (int i = 0; i < self->known; i++) {
        if (self->weights[i] > most) {
            most = self->weights[i];
            *key = self->keys[i];
        }
    }
    return most >= 0;
}

void
counter_totals(counter *self, long long *adds, long long *total)
{
    *adds = self->adds;
    *total = self->total;
}

void
journal_totals(long long *adds, long long *total)
{
    *adds = (long long)journal_length;
    *total = 0;
    for (size_t i = 0; i < journal_length; i++) {
        *total += journal[i];
    }
}
