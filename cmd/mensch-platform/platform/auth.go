package platform

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/time/rate"

	"mensch/app/cases"
)

// The roles of a token; cases.May says what each may do.
const (
	RoleReader    = cases.RoleReader
	RoleModerator = cases.RoleModerator
	RoleApprover  = cases.RoleApprover
	RoleSenior    = cases.RoleSenior
)

// Token is a bearer token as an operator gives it. Only its SHA-256 is kept;
// that is enough for a secret of at least 128 random bits, which NewSecret
// makes, and it is why a short Secret is refused.
type Token struct {
	Name   string // who it stands for; decisions carry it as the moderator
	Roles  []string
	Secret string
}

// minSecret is the shortest token accepted, in bytes.
const minSecret = 16

// NewSecret makes a token of 192 random bits.
func NewSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// holder is a token that the server knows, with its own limiter.
type holder struct {
	hash  []byte
	name  string
	roles []string
	limit *rate.Limiter
}

// AddTokens makes the tokens known, for good: they outlast a restart. A token
// that is known already takes the new name and roles.
func (s *Server) AddTokens(ctx context.Context, tokens ...Token) error {
	for _, t := range tokens {
		if len(t.Secret) < minSecret {
			return fmt.Errorf("the token of %q is shorter than %d bytes", t.Name, minSecret)
		}
		if t.Name == "" || len(t.Roles) == 0 {
			return fmt.Errorf("a token needs a name and a role")
		}
		for _, role := range t.Roles {
			if !slices.Contains(cases.Roles, role) {
				return fmt.Errorf("the token of %q has the unknown role %q", t.Name, role)
			}
		}
	}
	err := s.write(ctx, func(t *tx) error {
		for _, token := range tokens {
			hash := sha256.Sum256([]byte(token.Secret))
			roles, err := json.Marshal(token.Roles)
			if err != nil {
				return err
			}
			if _, err := t.ExecContext(ctx, `INSERT INTO tokens (hash, name, roles) VALUES (?, ?, ?)
				ON CONFLICT (hash) DO UPDATE SET name = excluded.name, roles = excluded.roles`,
				hash[:], token.Name, string(roles)); err != nil {
				return fmt.Errorf("keeping the token of %q: %w", token.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.readTokens(ctx)
}

// RemoveTokens makes every token of that name worthless at once.
func (s *Server) RemoveTokens(ctx context.Context, name string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.ExecContext(ctx, "DELETE FROM tokens WHERE name = ?", name)
		return err
	})
	if err != nil {
		return fmt.Errorf("removing the tokens of %q: %w", name, err)
	}
	return s.readTokens(ctx)
}

func (s *Server) readTokens(ctx context.Context) error {
	var rows []struct {
		Hash  []byte `db:"hash"`
		Name  string `db:"name"`
		Roles string `db:"roles"`
	}
	// By the writer: its answer includes what was just written.
	if err := sqlx.SelectContext(ctx, s.writer, &rows, "SELECT hash, name, roles FROM tokens"); err != nil {
		return fmt.Errorf("reading the tokens: %w", err)
	}
	known := make([]*holder, len(rows))
	for i, row := range rows {
		h := &holder{hash: row.Hash, name: row.Name, limit: rate.NewLimiter(s.opts.Rate, s.opts.Burst)}
		if err := json.Unmarshal([]byte(row.Roles), &h.roles); err != nil {
			return fmt.Errorf("reading the roles of %q: %w", row.Name, err)
		}
		known[i] = h
	}
	s.tokens.Store(&known)
	return nil
}

// who finds the token's holder. Each known token is compared in constant time,
// and all of them, so that time tells nothing.
func (s *Server) who(r *http.Request) *holder {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(secret)))
	var found *holder
	for _, h := range *s.tokens.Load() {
		if subtle.ConstantTimeCompare(h.hash, hash[:]) == 1 {
			found = h
		}
	}
	return found
}

// guard lets a request through to do when the platform is up, the token is
// known, has not asked too often, and its roles allow the action.
func (s *Server) guard(act cases.Action, do func(http.ResponseWriter, *http.Request, *holder)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if after := s.maintenance.Load(); after > 0 {
			p := refuse(http.StatusServiceUnavailable, unavailable, "The platform is being maintained.")
			p.retryAfter = time.Duration(after)
			s.fail(w, r, p)
			return
		}
		h := s.who(r)
		limit := s.strangers // one bucket for all who fail, against guessing
		if h != nil {
			limit = h.limit
		}
		if wait := limit.Reserve(); wait.Delay() > 0 {
			p := refuse(http.StatusTooManyRequests, throttled, "This token may ask again later.")
			p.retryAfter = wait.Delay()
			wait.Cancel()
			s.fail(w, r, p)
			return
		}
		if h == nil {
			s.fail(w, r, refuse(http.StatusUnauthorized, unauthorized, "Send Authorization: Bearer with a token of this platform."))
			return
		}
		if !cases.May(h.roles, act) {
			s.fail(w, r, refuse(http.StatusForbidden, forbidden, "The roles %s may not %s.", strings.Join(h.roles, ", "), act))
			return
		}
		do(w, r, h)
	}
}

func (s *Server) me(w http.ResponseWriter, r *http.Request, h *holder) {
	s.answer(w, r, http.StatusOK, map[string]any{"name": h.name, "roles": h.roles, "server": s.id})
}
