package workplace

import (
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
)

const keyringService = "mensch"

// ErrNoKeyring says that the system has no keyring that could keep the token;
// the desk works with it until the program ends.
var ErrNoKeyring = errors.New("the system's keyring cannot be used, so the token is not kept beyond this session")

// Token is the token kept for a platform; empty if none is kept.
func Token(server string) (string, error) {
	token, err := keyring.Get(keyringService, server)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("asking the keyring for the token: %w", err)
	}
	return token, nil
}

// SaveToken keeps a platform's token in the system's keyring, and nowhere else.
func SaveToken(server, token string) error {
	if err := keyring.Set(keyringService, server, token); err != nil {
		return fmt.Errorf("%w (%w)", ErrNoKeyring, err)
	}
	return nil
}

// ForgetToken takes a platform's token out of the keyring.
func ForgetToken(server string) error {
	if err := keyring.Delete(keyringService, server); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("taking the token out of the keyring: %w", err)
	}
	return nil
}
