/* What is known of something that begins in a text of which more may come. */
#ifndef HUM_KNOWN_H
#define HUM_KNOWN_H

enum known {
    KNOWN_NO,
    KNOWN_YES,
    KNOWN_LATER, /* more has to come; never of a text that is final */
};

#endif
