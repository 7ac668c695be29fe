#include "job/job.h"

const char *job_state_name(enum job_state state)
{
    static const char *const names[] = {
        [JOB_WAITING] = "waiting", [JOB_LOADING] = "loading", [JOB_THINKING] = "thinking",
        [JOB_TEXT] = "text",       [JOB_READING] = "reading", [JOB_STOPPING] = "stopping",
        [JOB_ENDING] = "ending",
    };
    return names[state];
}
