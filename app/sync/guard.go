package sync

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// unsafeError says why an address is not spoken to.
type unsafeError struct{ reason string }

func (e *unsafeError) Error() string { return e.reason }

func unsafef(format string, args ...any) error {
	return &unsafeError{reason: fmt.Sprintf(format, args...)}
}

// checkBase reads a base address and brings it to its one form.
func checkBase(base string) (*url.URL, error) {
	refuse := func(detail string) (*url.URL, error) {
		return nil, &Error{
			Op: "use the platform's address", Kind: KindInvalid, Problem: &Problem{Detail: detail},
			Hint: "Enter it as https://host/path.",
		}
	}
	u, err := url.Parse(strings.TrimSpace(base))
	if err != nil || u.Host == "" || u.Opaque != "" {
		return refuse("it cannot be read")
	}
	if u.User != nil {
		return refuse("it may hold no user name or password")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return refuse("it may hold no question mark or number sign")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
	case "http":
		if !loopbackName(u.Hostname()) {
			return refuse("without https the token would travel readably; http is only for this computer itself")
		}
	default:
		return refuse("it must begin with https://")
	}
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

func loopbackName(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && hostPort(a) == hostPort(b) }

// guard decides, after a name is resolved, which addresses a connection may go
// to: a name that an attacker controls may resolve to anything, the cloud's
// metadata service or a neighbour's printer included.
type guard struct {
	base   *url.URL
	proxyU *url.URL // of the environment, for the base address; may be nil
	dialer net.Dialer
	// foreign says which addresses another host's photos may come from.
	foreign func(netip.Addr) bool
}

func newGuard(base *url.URL, timeout time.Duration) *guard {
	g := &guard{base: base, dialer: net.Dialer{Timeout: timeout, KeepAlive: 15 * time.Second}, foreign: publicAddr}
	if p, err := http.ProxyFromEnvironment(&http.Request{URL: base}); err == nil {
		g.proxyU = p
	}
	return g
}

// proxy sends what goes to the platform through the environment's proxy; other
// hosts, where photos may be redirected to, are only reached through it too.
func (g *guard) proxy(req *http.Request) (*url.URL, error) {
	if loopbackName(req.URL.Hostname()) {
		return nil, nil
	}
	return g.proxyU, nil
}

func (g *guard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	allowed := g.foreign
	switch {
	case strings.EqualFold(addr, hostPort(g.base)):
		allowed = g.own
	case g.proxyU != nil && strings.EqualFold(addr, hostPort(g.proxyU)):
		allowed = func(netip.Addr) bool { return true } // whoever runs this computer chose it
	}
	d := g.dialer
	d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return unsafef("%s cannot be checked", address)
		}
		if ip := at.Addr().Unmap().WithZone(""); !allowed(ip) {
			return unsafef("%s leads to %s, which it may not", addr, ip)
		}
		return nil
	}
	return d.DialContext(ctx, network, addr)
}

// own says which addresses the platform's own host may resolve to: without
// https only this computer; with it, any but those that are never a server. A
// company's platform may well sit in a private network.
func (g *guard) own(ip netip.Addr) bool {
	if g.base.Scheme == "http" {
		return ip.IsLoopback()
	}
	if ip.IsLoopback() {
		return loopbackName(g.base.Hostname())
	}
	return !never(ip)
}

func publicAddr(ip netip.Addr) bool {
	return !never(ip) && !ip.IsLoopback() && !ip.IsPrivate() && !shared.Contains(ip) && !translated(ip)
}

// shared is the carriers' and clouds' internal range of RFC 6598.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// translated reports addresses that carry an IPv4 address inside, which a
// gateway might reach for us.
func translated(ip netip.Addr) bool {
	for _, p := range []string{"64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return true
		}
	}
	return false
}

func never(ip netip.Addr) bool {
	return !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast() ||
		ip.IsLinkLocalUnicast() || ip.IsInterfaceLocalMulticast() ||
		ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// foreignKey marks in a request's context that its redirect may leave the
// platform's host.
type foreignKey struct{}

// redirect follows a redirect of a reading request within the platform's own
// host, and a photo's to another public host, without the token.
func (g *guard) redirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirect {
		return unsafef("redirected more than %d times", maxRedirect)
	}
	if first.Method != http.MethodGet {
		return unsafef("the platform redirects a request that writes to %s", req.URL.Host)
	}
	if sameOrigin(g.base, req.URL) {
		return nil
	}
	if may, _ := req.Context().Value(foreignKey{}).(bool); !may {
		return unsafef("the platform redirects to another host, %s", req.URL.Host)
	}
	if req.URL.Scheme != "https" {
		return unsafef("the platform redirects to %s without https", req.URL.Host)
	}
	// A proxy resolves names itself; what can be checked here is checked here.
	if ip, err := netip.ParseAddr(req.URL.Hostname()); err == nil && !g.foreign(ip.Unmap()) {
		return unsafef("the platform redirects to %s, which it may not", ip)
	}
	return nil
}
