package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"mensch/cmd/mensch-platform/platform"
)

// readTokens reads lines of name:role,role:secret. Empty lines and those that
// begin with # are passed over. An error names the line, never the secret.
func readTokens(r io.Reader) ([]platform.Token, error) {
	var tokens []platform.Token
	lines := bufio.NewScanner(io.LimitReader(r, 1<<20))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("line %d is not name:role,role:secret", n)
		}
		token := platform.Token{Name: strings.TrimSpace(parts[0]), Secret: strings.TrimSpace(parts[2])}
		for role := range strings.SplitSeq(parts[1], ",") {
			token.Roles = append(token.Roles, strings.TrimSpace(role))
		}
		tokens = append(tokens, token)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return tokens, nil
}

// makeTokens writes a file with a token of each role that only its owner can
// read, unless there is one.
func makeTokens(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("making the tokens: %w", err)
	}
	_, err = fmt.Fprintf(file, "# name:role,role:secret. Whoever has a secret is that person to the platform.\nModerator:moderator:%s\nApprover:moderator,approver:%s\nSenior:moderator,senior:%s\nReader:reader:%s\n",
		platform.NewSecret(), platform.NewSecret(), platform.NewSecret(), platform.NewSecret())
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("writing the tokens: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}
