package platform

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed openapi.yaml
var contractYAML []byte

// ContractYAML is the OpenAPI 3.1 document that the platform serves.
func ContractYAML() []byte { return contractYAML }

// ContractJSON is the same document as JSON, with YAML's anchors resolved.
var ContractJSON = sync.OnceValues(func() ([]byte, error) {
	var document any
	if err := yaml.Unmarshal(contractYAML, &document); err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	out, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("writing the contract as JSON: %w", err)
	}
	return out, nil
})

func (s *Server) openAPIYAML(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(contractYAML)
}

func (s *Server) openAPIJSON(w http.ResponseWriter, r *http.Request) {
	raw, err := ContractJSON()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw)
}
