#ifndef FAKE_DEMO_H
#define FAKE_DEMO_H

extern const char demo_script[]; /* what the stand-in server of "make demo" says */

#endif
