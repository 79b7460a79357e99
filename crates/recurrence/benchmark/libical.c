/* The questions of src/main.rs, asked of libical. */
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

/* The first time after ten years, or so many times one after another. */
static long ask(struct icalrecurrencetype rule, struct icaltimetype start, int far) {
    icalrecur_iterator *times = icalrecur_iterator_new(rule, start);
    struct icaltimetype goal = start;
    long done = 0;
    if (!times) return 0;
    if (far) {
        icaltime_adjust(&goal, 3652, 12, 0, 0);
        /* It may leap where the rule has no COUNT. */
        icalrecur_iterator_set_start(times, goal);
        (void)icalrecur_iterator_next(times);
        done = 1;
    } else {
        while (done < 1000 && !icaltime_is_null_time(icalrecur_iterator_next(times))) done++;
    }
    icalrecur_iterator_free(times);
    return done;
}

static double per_second(struct icalrecurrencetype rule, struct icaltimetype start, int far) {
    double best = 0;
    for (int run = 0; run < 3; run++) {
        double from = processor_seconds(), used;
        long done = 0;
        do {
            done += ask(rule, start, far);
            used = processor_seconds() - from;
        } while (used < 0.15);
        if (done / used > best) best = done / used;
    }
    return best;
}

int main(int count, char **arguments) {
    char line[1024];
    FILE *rules = count > 1 ? fopen(arguments[1], "r") : NULL;
    if (!rules) return 1;
    while (fgets(line, sizeof line, rules)) {
        char *name = strtok(line, "\t"), *start = strtok(NULL, "\t"), *text = strtok(NULL, "\n");
        struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
        struct icaltimetype from = icaltime_from_string(start);
        printf("libical\t%s\t%.0f\t%.0f\t\n", name, per_second(rule, from, 1), per_second(rule, from, 0));
        fflush(stdout);
    }
    return 0;
}
