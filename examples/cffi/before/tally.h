#ifndef TALLY_H
#define TALLY_H

typedef struct counter counter;

/* Negative when it failed. */
typedef long (*weigh_function)(void *handle, long key);

counter *counter_new(weigh_function weigh, void *handle);
void counter_free(counter *self);
int counter_add(counter *self, long key, long *weight); /* -1: no weight, -2: no memory */
int counter_heaviest(counter *self, long *key);         /* 0: nothing memoised */
void counter_totals(counter *self, long long *adds, long long *total);
void journal_totals(long long *adds, long long *total);

#endif
