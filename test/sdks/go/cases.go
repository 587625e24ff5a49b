package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

const (
	pageSize = 2
	listed   = 5
)

// Outcome is what one call came to.
type Outcome struct {
	ID       string   `json:"id,omitempty"`
	Replayed *bool    `json:"replayed,omitempty"`
	Error    *Failure `json:"error,omitempty"`
}

// Failure is an error as the SDK gives it to its user.
type Failure struct {
	// Class holds the types of the chain of wrapped errors, outermost first.
	Class   string `json:"class"`
	Status  int    `json:"status,omitempty"`
	Message string `json:"message"`
}

// SDK is one money-moving call and one list of an SDK, and how it tells an error.
type SDK struct {
	// create takes a vault key, a text that the provider's witness will show, and an idempotency key or "".
	create func(vaultKey, marker, idempotencyKey string) (Outcome, error)
	// newest gives the newest ids, so many as are listed, in pages of pageSize.
	newest   func(vaultKey string) ([]string, error)
	describe func(error) Failure
}

type report struct {
	Case   string    `json:"case"`
	Calls  []Outcome `json:"calls"`
	Listed []string  `json:"listed,omitempty"`
}

type cases struct {
	sdk       SDK
	vaultKeys map[string]string
}

func (c cases) attempt(name, marker, idempotencyKey string) Outcome {
	outcome, err := c.sdk.create(c.vaultKeys[name], marker, idempotencyKey)
	if err == nil {
		return outcome
	}
	failure := c.sdk.describe(err)
	failure.Class = fmt.Sprintf("%T", err)
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		failure.Class += fmt.Sprintf(" > %T", inner)
	}
	return Outcome{Error: &failure}
}

func (c cases) once(name string) {
	print(report{Case: name, Calls: []Outcome{c.attempt(name, name, "")}})
}

func (c cases) twice(name, secondMarker string) {
	first := c.attempt(name, name, name)
	print(report{Case: name, Calls: []Outcome{first, c.attempt(name, secondMarker, name)}})
}

// As a careful agent does: an error is followed by the same call with the same idempotency key.
func (c cases) untilItSucceeds(name string) {
	calls := []Outcome{c.attempt(name, name, name)}
	if calls[0].Error != nil {
		calls = append(calls, c.attempt(name, name, name))
	}
	print(report{Case: name, Calls: calls})
}

func (c cases) pageByPage(name string) {
	calls := make([]Outcome, listed)
	for index := range calls {
		calls[index] = c.attempt(name, name, "")
	}
	ids, err := c.sdk.newest(c.vaultKeys[name])
	if err != nil {
		fail(err)
	}
	print(report{Case: name, Calls: calls, Listed: ids})
}

func (c cases) run() {
	for _, name := range []string{"success", "denied_by_policy", "denied_by_cap", "bad_key"} {
		c.once(name)
	}
	c.twice("replay", "replay")
	c.twice("mismatch", "mismatch, changed")
	c.pageByPage("pages")
	c.untilItSucceeds("in_doubt")
	c.untilItSucceeds("unavailable")
}

func print(one report) {
	if err := json.NewEncoder(os.Stdout).Encode(one); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
