#include "base/failure.h"

const char *failure_code(enum hum_error code)
{
    switch (code) {
    case HUM_OK:
        return "ok";
    case HUM_ETOOBIG:
        return "toobig";
    case HUM_EBAD:
        return "bad";
    case HUM_ESPEC:
        return "spec";
    case HUM_ECONNECT:
        return "connect";
    case HUM_ETIMEOUT:
        return "timeout";
    case HUM_EHTTP:
        return "http";
    case HUM_ESERVER:
        return "server";
    case HUM_ECUT:
        return "cut";
    case HUM_EGONE:
        return "gone";
    case HUM_EFILE:
        return "file";
    case HUM_EOVERFLOW:
        return "overflow";
    }
    return "bad";
}
