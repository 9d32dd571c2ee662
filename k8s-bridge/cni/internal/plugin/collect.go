package plugin

import (
	"context"
	"errors"
	"fmt"

	"dev.heddle/cni/internal/attach"
	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/link"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
)

// collect removes what was made for this network and is not among the attachments that the runtime knows. What another
// call works on at the moment is left to it. One that cannot be removed does not keep the others.
func collect(ctx context.Context, args *skel.CmdArgs) error {
	c, err := configured(args)
	if err != nil {
		return err
	}
	if !c.Given {
		return types.NewError(types.ErrInvalidNetworkConfig, "GC needs cni.dev/valid-attachments: without them everything would go", "")
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Client.Close()
	valid := map[string]bool{}
	for _, a := range c.Attachments {
		valid[attach.Owner{Container: a.ContainerID, Device: a.IfName}.Link()] = true
	}
	rows, err := s.OfNetwork(ctx, c.Name)
	if err != nil {
		return told(err)
	}
	var wrong []error
	for _, row := range rows {
		if who := row.Owner(); !valid[who.Link()] && !who.Host {
			wrong = append(wrong, alone(ctx, s, who.Link(), func() error { return remove(ctx, s, who) }))
		}
	}
	wrong = append(wrong, strays(ctx, s, c, valid))
	return told(errors.Join(wrong...))
}

// strays removes pairs whose maker died before it wrote the row.
func strays(ctx context.Context, s attach.Switch, c *config.Config, valid map[string]bool) error {
	names, err := link.OfGroup(attach.Owner{Network: c.Name}.Group())
	wrong := []error{err}
	for _, name := range names {
		if valid[name] || !attach.IsLink(name) {
			continue
		}
		wrong = append(wrong, alone(ctx, s, name, func() error {
			rows, err := s.Named(ctx, name)
			if err != nil || len(rows) > 0 {
				return err
			}
			return link.Remove(name)
		}))
	}
	return errors.Join(wrong...)
}

// alone does something under the lock of a link, or nothing if another call has it.
func alone(ctx context.Context, s attach.Switch, name string, do func() error) error {
	lock := attach.LockName(name)
	owned, err := s.Client.TryLock(ctx, lock)
	if err == nil && owned {
		err = do()
	}
	err = errors.Join(err, s.Client.Unlock(ctx, lock))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// status fails where ADD would: no database, no bridge, no way to the gateway. A controller that is away for a moment
// does not make a node unfit: then ADD waits.
func status(ctx context.Context, args *skel.CmdArgs) error {
	c, err := configured(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	client, err := open(ctx, c)
	if err != nil {
		return types.NewError(codeNoPlugin, err.Error(), "")
	}
	defer client.Client.Close()
	if _, err := client.Userspace(ctx); err != nil {
		return types.NewError(codeNoPlugin, err.Error(), "")
	}
	if c.Gateway == config.ThroughHost {
		addresses, err := hostAddresses(ctx, client)
		if err != nil {
			return types.NewError(codeNoPlugin, err.Error(), "")
		}
		if len(addresses) == 0 {
			return types.NewError(codeNoPlugin, "this node has no interface of its own yet: heddle-cni host makes it", "")
		}
	}
	return nil
}
