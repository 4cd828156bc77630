/* A memoising counter in plain C: it does not know that Python exists, so its locks are its own. */
#include "tally.h"

#include <pthread.h>
#include <stdlib.h>

#define MEMO_LIMIT 128

struct counter {
    weigh_function weigh;
    void *handle;
    pthread_mutex_t lock; /* held for everything below; never while weigh runs */
    int known;
    long keys[MEMO_LIMIT];
    long weights[MEMO_LIMIT];
    long long adds;
    long long total;
};

/* The journal: every weight ever added, by any counter, in an array that grows. */
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER; /* held for the three below */
static long *journal;
static size_t journal_length;
static size_t journal_room;

static int
journal_append(long weight)
{
    int failed = 0;
    pthread_mutex_lock(&journal_lock);
    if (journal_length == journal_room) {
        size_t room = journal_room ? 2 * journal_room : 64;
        long *bigger = realloc(journal, room * sizeof(long));
        failed = bigger == NULL;
        if (!failed) {
            journal = bigger;
            journal_room = room;
        }
    }
    if (!failed) {
        journal[journal_length++] = weight;
    }
    pthread_mutex_unlock(&journal_lock);
    return failed ? -1 : 0;
}

counter *
counter_new(weigh_function weigh, void *handle)
{
    counter *self = calloc(1, sizeof(counter));
    if (self != NULL) {
        self->weigh = weigh;
        self->handle = handle;
        pthread_mutex_init(&self->lock, NULL);
    }
    return self;
}

void
counter_free(counter *self)
{
    pthread_mutex_destroy(&self->lock);
    free(self);
}

/* With the lock held. */
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
    pthread_mutex_lock(&self->lock);
    int place = find(self, key);
    if (place >= 0) {
        *weight = self->weights[place];
    }
    pthread_mutex_unlock(&self->lock);
    if (place < 0) {
        *weight = self->weigh(self->handle, key); /* foreign code: under no lock */
        if (*weight < 0) {
            return -1;
        }
    }
    if (journal_append(*weight) < 0) {
        return -2;
    }
    pthread_mutex_lock(&self->lock);
    if (place < 0 && find(self, key) < 0) { /* somebody may have been faster */
        if (self->known == MEMO_LIMIT) {
            self->known = 0;
        }
        self->keys[self->known] = key;
        self->weights[self->known++] = *weight;
    }
    self->adds += 1;
    self->total += *weight;
    pthread_mutex_unlock(&self->lock);
    return 0;
}

int
counter_heaviest(counter *self, long *key)
{
    long most = -1;
    pthread_mutex_lock(&self->lock);
    for (int i = 0; i < self->known; i++) {
        if (self->weights[i] > most) {
            most = self->weights[i];
            *key = self->keys[i];
        }
    }
    pthread_mutex_unlock(&self->lock);
    return most >= 0;
}

void
counter_totals(counter *self, long long *adds, long long *total)
{
    pthread_mutex_lock(&self->lock);
    *adds = self->adds;
    *total = self->total;
    pthread_mutex_unlock(&self->lock);
}

void
journal_totals(long long *adds, long long *total)
{
    pthread_mutex_lock(&journal_lock);
    *adds = (long long)journal_length;
    *total = 0;
    for (size_t i = 0; i < journal_length; i++) {
        *total += journal[i];
    }
    pthread_mutex_unlock(&journal_lock);
}
