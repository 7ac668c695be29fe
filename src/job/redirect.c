#include "job/redirect.h"

#include "base/buf.h"
#include "server/location.h"

const char *redirect_inside(const char *to, struct buf *what)
{
    buf_printf(what, "redirects into your own network: %s", to);
    return "Refer to that address, if you want it.";
}

const char *redirect_refusal(const struct redirect *r, struct buf *what)
{
    static const char wrong[] = "Correct the address.";
    if (r->to == NULL || !location_is_http(r->to)) {
        buf_add_str(what, "redirects to what is no page of the web");
        return wrong;
    }
    if (r->times > REDIRECTS_MAX) {
        buf_add_str(what, "redirects again and again");
        return wrong;
    }
    if (location_has_login(r->to)) {
        buf_add_str(what, "redirects to an address with a login in it");
        return wrong;
    }
    if (location_is_same_host(r->from, r->to)) {
        return NULL;
    }
    if (!r->from_inside && location_is_private(r->to)) {
        return redirect_inside(r->to, what);
    }
    if (!r->to_others) {
        buf_printf(what, "redirects to another host: %s", r->to);
        return "Refer to that address, if you want it.";
    }
    return NULL;
}
