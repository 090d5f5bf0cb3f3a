// Package contracttest holds a platform, and whoever talks to it in a test, to
// the OpenAPI document.
package contracttest

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"mensch/cmd/mensch-platform/platform"
)

// TB is the part of testing.TB that the middleware needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

var document = sync.OnceValues(func() (routers.Router, error) {
	raw, err := platform.ContractJSON()
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("loading the contract: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the contract is no OpenAPI 3.1 document: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("routing by the contract: %w", err)
	}
	return router, nil
})

func init() {
	for _, kind := range []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
}

// Handler passes every request on to next and fails the test when the answer
// breaks the contract, or when a request that breaks it is not refused with a
// problem of 4xx. It holds whole answers in memory.
func Handler(t TB, next http.Handler) http.Handler { return handler(t, next, false) }

// Strict is Handler that also fails the test at any request that breaks the
// contract: to hold a client to it.
func Strict(t TB, next http.Handler) http.Handler { return handler(t, next, true) }

func handler(t TB, next http.Handler, strict bool) http.Handler {
	t.Helper()
	router, err := document()
	if err != nil {
		t.Errorf("%v", err)
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			// Cut off on its way in: there is nothing to hold to the contract.
			next.ServeHTTP(w, r)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		input, wrong := checkRequest(router, r, body)
		if wrong != nil && strict {
			t.Errorf("%s %s breaks the contract: %v", r.Method, r.URL, wrong)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))

		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		answer := rec.Result()
		if wrong != nil && (answer.StatusCode < 400 || answer.StatusCode > 499) && answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s %s breaks the contract and was answered %d: %v", r.Method, r.URL, answer.StatusCode, wrong)
		}
		if err := checkAnswer(input, answer, rec.Body.Bytes()); err != nil {
			t.Errorf("%s %s: the answer %d breaks the contract: %v", r.Method, r.URL, answer.StatusCode, err)
		}
		for name, values := range answer.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

// checkRequest gives nil for the input when the contract has no such operation.
func checkRequest(router routers.Router, r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := router.FindRoute(r)
	if err != nil {
		return nil, fmt.Errorf("not in the contract: %w", err)
	}
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	input := &openapi3filter.RequestValidationInput{
		Request:    copied,
		PathParams: params,
		Route:      route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			SkipSettingDefaults:   true,
			AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
				if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ") {
					return fmt.Errorf("no bearer token")
				}
				return nil
			},
		},
	}
	return input, openapi3filter.ValidateRequest(r.Context(), input)
}

func checkAnswer(input *openapi3filter.RequestValidationInput, answer *http.Response, body []byte) error {
	if input == nil || input.Request.Method == http.MethodHead {
		kind := answer.Header.Get("Content-Type")
		if answer.StatusCode >= 400 && kind != "application/problem+json" {
			return fmt.Errorf("an error of the type %q", kind)
		}
		return nil
	}
	header := answer.Header.Clone()
	if header.Get("Content-Encoding") == "gzip" {
		zip, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("opening the compressed answer: %w", err)
		}
		if body, err = io.ReadAll(zip); err != nil {
			return fmt.Errorf("reading the compressed answer: %w", err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 answer.StatusCode,
		Header:                 header,
		Options:                input.Options,
	}
	out.SetBodyBytes(body)
	return openapi3filter.ValidateResponse(context.Background(), out)
}
