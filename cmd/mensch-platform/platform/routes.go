package platform

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"mensch/app/cases"
)

// routes is the whole surface; openapi.yaml says the same in the contract's
// words, and a test compares the two.
func (s *Server) routes() http.Handler {
	packed := gzhttp.GzipHandler // only when asked, only above a packet's size
	table := []struct {
		path    string
		methods map[string]http.Handler
	}{
		{"/openapi.yaml", map[string]http.Handler{"GET": packed(http.HandlerFunc(s.openAPIYAML))}},
		{"/openapi.json", map[string]http.Handler{"GET": packed(http.HandlerFunc(s.openAPIJSON))}},
		{"/v1/me", map[string]http.Handler{"GET": s.guard(cases.MayRead, s.me)}},
		{"/v1/changes", map[string]http.Handler{"GET": packed(s.guard(cases.MayRead, s.changes))}},
		{"/v1/photos/{id}", map[string]http.Handler{"GET": s.guard(cases.MayRead, s.photo)}},
		{"/v1/cases/{id}/decisions", map[string]http.Handler{"POST": s.guard(cases.MayDecide, s.decide)}},
		{"/v1/cases/{id}/lease", map[string]http.Handler{
			"POST":   s.guard(cases.MayLease, s.takeLease),
			"PUT":    s.guard(cases.MayLease, s.renewLease),
			"DELETE": s.guard(cases.MayLease, s.releaseLease),
		}},
		{"/v1/cases/{id}/proposals", map[string]http.Handler{"POST": s.guard(cases.MayDecide, s.propose)}},
		{"/v1/approvals/{id}", map[string]http.Handler{"GET": s.guard(cases.MayRead, s.approval)}},
		{"/v1/approvals/{id}/answers", map[string]http.Handler{"POST": s.guard(cases.MayRead, s.answerApproval)}},
		{"/v1/files/{id}", map[string]http.Handler{"GET": s.guard(cases.MayRead, s.file)}},
		{"/v1/decisions/{key}", map[string]http.Handler{"GET": s.guard(cases.MayRead, s.decision)}},
		{"/v1/audit/{origin}", map[string]http.Handler{
			"GET": s.guard(cases.MayRead, s.heads),
			"PUT": s.guard(cases.MayDecide, s.keepHead),
		}},
		{"/v1/team/{id}", map[string]http.Handler{"PUT": s.guard(cases.MayTeam, s.team)}},
		{"/v1/colleagues", map[string]http.Handler{"GET": s.guard(cases.MayRead, s.colleagues)}},
		{"/v1/incidents", map[string]http.Handler{"POST": s.guard(cases.MayReport, s.report)}},
		{"/v1/appeals", map[string]http.Handler{"POST": s.guard(cases.MayAppeal, s.appeal)}},
		{"/api/v1/statement", map[string]http.Handler{"POST": s.guard(cases.MayPublish, s.oneStatement)}},
		{"/api/v1/statements", map[string]http.Handler{"POST": s.guard(cases.MayPublish, s.manyStatements)}},
		{"/v1/experts/{id}", map[string]http.Handler{"DELETE": s.guard(cases.MayErase, s.erase)}},
	}
	mux := http.NewServeMux()
	for _, route := range table {
		var allow []string
		for method, handler := range route.methods {
			mux.Handle(method+" "+route.path, handler)
			allow = append(allow, method)
		}
		slices.Sort(allow)
		mux.HandleFunc(route.path, func(w http.ResponseWriter, r *http.Request) {
			p := refuse(http.StatusMethodNotAllowed, invalid, "This address takes %s.", strings.Join(allow, ", "))
			p.allow = strings.Join(allow, ", ")
			s.fail(w, r, p)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, refuse(http.StatusNotFound, notFound, "There is nothing at this address."))
	})
	return s.outer(mux)
}

// outer is around every request: the body's cap, the log, and the last net
// under a fault of the program.
func (s *Server) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		r.Body = http.MaxBytesReader(w, r.Body, s.opts.MaxBody)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if fault := recover(); fault != nil {
				if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(fault)
				}
				s.opts.Log.ErrorContext(r.Context(), "a request broke", "method", r.Method, "path", r.URL.Path, "fault", fault)
				if rec.status == 0 {
					s.fail(rec, r, refuse(http.StatusInternalServerError, unavailable, "The platform could not do this. It is noted in its log."))
				}
			}
			// Never the query: it carries cursors.
			s.opts.Log.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "took", time.Since(begun))
		}()
		next.ServeHTTP(rec, r)
	})
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// NewHTTPServer wraps a handler with the time limits that keep a slow or
// silent peer from holding a connection.
func NewHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute, // a photo of 32 MiB over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}
