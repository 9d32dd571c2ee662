package ovsdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Operation is one operation of a transaction (RFC 7047 section 5.2), as it is sent.
type Operation map[string]any

// UUID is a row's name in the database.
type UUID string

// MarshalJSON writes the UUID as an atom.
func (u UUID) MarshalJSON() ([]byte, error) { return json.Marshal([]string{"uuid", string(u)}) }

// UnmarshalJSON reads ["uuid", "..."].
func (u *UUID) UnmarshalJSON(data []byte) error {
	var pair [2]string
	if err := json.Unmarshal(data, &pair); err != nil || pair[0] != "uuid" {
		return fmt.Errorf("a UUID is expected, not %s", Shown(string(data)))
	}
	*u = UUID(pair[1])
	return nil
}

// Named refers to a row that an earlier operation of the same transaction inserts.
func Named(name string) any { return []any{"named-uuid", name} }

// Set is a set of atoms.
func Set(atoms ...any) any { return []any{"set", append([]any{}, atoms...)} }

// Map is a map of strings; it reads and writes the notation of the database.
type Map map[string]string

// MarshalJSON writes keys in order, so that the same map is the same text.
func (m Map) MarshalJSON() ([]byte, error) {
	pairs := [][2]string{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, [2]string{key, m[key]})
	}
	return json.Marshal([]any{"map", pairs})
}

// UnmarshalJSON reads ["map", [[key, value], ...]].
func (m *Map) UnmarshalJSON(data []byte) error {
	var outer []json.RawMessage
	if err := json.Unmarshal(data, &outer); err != nil || len(outer) != 2 || string(outer[0]) != `"map"` {
		return fmt.Errorf("a map is expected, not %s", Shown(string(data)))
	}
	var pairs [][2]string
	if err := json.Unmarshal(outer[1], &pairs); err != nil {
		return err
	}
	*m = Map{}
	for _, pair := range pairs {
		(*m)[pair[0]] = pair[1]
	}
	return nil
}

// Optional reads a column of at most one value: the value itself, or ["set", []].
type Optional[T any] struct {
	Value T
	There bool
}

// UnmarshalJSON reads either form.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	var set []json.RawMessage
	if json.Unmarshal(data, &set) == nil && len(set) == 2 && string(set[0]) == `"set"` {
		var values []T
		if err := json.Unmarshal(set[1], &values); err != nil {
			return err
		}
		o.There = len(values) == 1
		if o.There {
			o.Value = values[0]
		}
		return nil
	}
	o.There = true
	return json.Unmarshal(data, &o.Value)
}

// Outcome is what an operation of a transaction came to.
type Outcome struct {
	Rows    []json.RawMessage `json:"rows"`
	UUID    UUID              `json:"uuid"`
	Count   int               `json:"count"`
	Error   string            `json:"error"`
	Details string            `json:"details"`
}

// Refusal is a transaction that the database did not carry out; nothing of it was done.
type Refusal struct{ Kind, Details string }

func (r *Refusal) Error() string {
	return Shown(fmt.Sprintf("the database refused the change: %s (%s)", r.Kind, r.Details))
}

// IsTimedOut tells that a wait operation was not met.
func IsTimedOut(err error) bool {
	var refusal *Refusal
	return errors.As(err, &refusal) && refusal.Kind == "timed out"
}

// Transact carries all operations out, or none: then the error is a Refusal.
func (c *Client) Transact(ctx context.Context, operations ...Operation) ([]Outcome, error) {
	params := []any{Database}
	for _, operation := range operations {
		params = append(params, operation)
	}
	var answers []*Outcome // null for those after the one that failed
	if err := c.call(ctx, "transact", params, &answers); err != nil {
		return nil, err
	}
	outcomes := []Outcome{}
	for _, answer := range answers {
		if answer == nil {
			continue
		}
		if answer.Error != "" {
			return nil, &Refusal{answer.Error, answer.Details}
		}
		outcomes = append(outcomes, *answer)
	}
	if len(outcomes) < len(operations) {
		return nil, fmt.Errorf("%d of %d operations were answered", len(outcomes), len(operations))
	}
	return outcomes, nil
}

// Lock waits until this connection owns the lock. It is given back when the connection ends, however it ends.
func (c *Client) Lock(ctx context.Context, name string) error {
	owned, err := c.TryLock(ctx, name)
	for err == nil && !owned {
		var n Notification
		if n, err = c.Next(ctx); err == nil {
			var names []string
			owned = n.Method == "locked" && json.Unmarshal(n.Params, &names) == nil && slices.Contains(names, name)
		}
	}
	return err
}

// TryLock asks for the lock and says whether it is ours at once. If not, the request stands until Unlock.
func (c *Client) TryLock(ctx context.Context, name string) (bool, error) {
	var answer struct {
		Locked bool `json:"locked"`
	}
	err := c.call(ctx, "lock", []string{name}, &answer)
	return answer.Locked, err
}

// Unlock gives a lock back, or the request for one.
func (c *Client) Unlock(ctx context.Context, name string) error {
	var answer struct{}
	return c.call(ctx, "unlock", []string{name}, &answer)
}

// Watch has the server tell by "update2" of every change to these columns of the rows that meet the conditions, until
// the connection ends (ovsdb-server(7), monitor_cond). What it tells is that something changed: what there is now is
// read by a transaction.
func (c *Client) Watch(ctx context.Context, table string, conditions []any, columns ...string) error {
	request := map[string]any{table: []any{map[string]any{"columns": columns, "where": conditions}}}
	var now json.RawMessage
	return c.call(ctx, "monitor_cond", []any{Database, table, request}, &now)
}
