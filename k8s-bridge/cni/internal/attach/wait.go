package attach

import (
	"context"
	"errors"
	"fmt"

	"dev.heddle/cni/internal/ovsdb"
)

// Held is that the controller says why the port does not work, and said so until the end.
type Held struct{ Condition string }

func (h *Held) Error() string { return ovsdb.Shown(h.Condition) }

// Silent is that nobody said anything until the end. Why is what the database knows of it.
type Silent struct{ Port, Why string }

func (s *Silent) Error() string {
	return fmt.Sprintf("the controller said nothing of port %s%s", s.Port, s.Why)
}

// Await waits until the controller has answered that the port is installed; until then a condition may come and go, for
// the port's document may be under way. When ctx ends it is a Held or Silent.
func (s Switch) Await(ctx context.Context, row ovsdb.UUID, port string) (*Answer, error) {
	if err := s.Client.Watch(ctx, "Interface", where("_uuid", "==", row), "external_ids", "ofport", "error"); err != nil {
		return nil, err
	}
	var last Row
	var condition string
	for {
		rows, err := s.find(ctx, where("_uuid", "==", row))
		if ctx.Err() != nil {
			return nil, silence(last, condition, port)
		}
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, fmt.Errorf("somebody removed the interface of port %s meanwhile", port)
		}
		last = rows[0]
		answer, why, err := Said(last.IDs)
		if err != nil || answer != nil {
			return answer, err
		}
		condition = why
		if _, err = s.Client.Next(ctx); ctx.Err() != nil {
			return nil, silence(last, condition, port)
		} else if err != nil {
			return nil, err
		}
	}
}

// AwaitBridge waits until the controller has made the bridge; ErrNoBridge when ctx ends. Then it is as Userspace.
func (s Switch) AwaitBridge(ctx context.Context) (bool, error) {
	if err := s.Client.Watch(ctx, "Bridge", where("name", "==", s.Bridge), "datapath_type"); err != nil {
		return false, err
	}
	for {
		userspace, missing := s.Userspace(ctx)
		if !errors.Is(missing, ErrNoBridge) {
			return userspace, missing
		}
		if _, err := s.Client.Next(ctx); ctx.Err() != nil {
			return false, missing
		} else if err != nil {
			return false, err
		}
	}
}

func silence(row Row, condition, port string) error {
	switch {
	case condition != "":
		return &Held{condition}
	case row.Error.There:
		return &Silent{port, ", and Open vSwitch of its interface: " + ovsdb.Shown(row.Error.Value)}
	case !row.Number.There:
		return &Silent{port, ", nor did ovs-vswitchd take its interface: does it run?"}
	}
	return &Silent{port, ": is it connected?"}
}
