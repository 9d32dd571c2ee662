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

// del takes away what ADD made, or what is left of it. The controller need not be there, nor the namespace.
func del(ctx context.Context, args *skel.CmdArgs) error {
	c, call, err := read(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	who := owner(c, call)
	s, err := open(ctx, c)
	if err != nil {
		// The packets end here even so; the row must wait for its database.
		return errors.Join(err, link.Remove(who.Link()))
	}
	defer s.Client.Close()
	if err := s.Client.Lock(ctx, attach.LockName(who.Link())); err != nil {
		return told(fmt.Errorf("waiting for another call for the same interface: %w", err))
	}
	return told(remove(ctx, s, who))
}

// remove detaches before it removes the device: a switch complains of devices that vanish.
func remove(ctx context.Context, s attach.Switch, who attach.Owner) error {
	rows, err := s.Of(ctx, who)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.Detach(ctx, row); err != nil {
			return err
		}
	}
	return link.Remove(who.Link())
}

// takeBack removes what a failed ADD made, by a connection and a time of its own: those of ADD may be over.
func takeBack(c *config.Config, who attach.Owner) error {
	ctx, cancel := context.WithTimeout(context.Background(), takeBackTime)
	defer cancel()
	s, err := open(ctx, c)
	if err == nil {
		defer s.Client.Close()
		err = remove(ctx, s, who)
	}
	if err != nil {
		return errors.Join(err, link.Remove(who.Link()))
	}
	return nil
}

// undone adds to an error that what was made could not be taken back as a whole; DEL does so later.
func undone(why, left error) error {
	var known *types.Error
	if left == nil || !errors.As(coded(types.ErrInternal, why), &known) {
		return why
	}
	return types.NewError(known.Code, known.Msg, "not everything was taken back: "+left.Error())
}
