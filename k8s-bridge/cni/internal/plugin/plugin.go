// Package plugin is the verbs of the Container Network Interface 1.1. Each is one call of a short process: what lasts
// is in the node's database and in the kernel, and is found there by whoever comes next.
package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"dev.heddle/cni/internal/attach"
	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/ovsdb"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/version"
)

// Codes of errors beside those of the specification (4 environment, 5 input, 6 JSON, 7 configuration, 8 namespace,
// 11 try again later, 50 not available).
const (
	CodeHeld     uint = 100 // the controller's own sentence: why the port does not work
	CodeAnswer   uint = 101 // the controller's answer cannot be carried out
	CodeAttached uint = 102 // the container has such an interface already
	CodeDiffers  uint = 103 // CHECK found something else than ADD left
	codeNoPlugin uint = 50
)

// Bound of what follows a failure, when the caller's time is over.
const takeBackTime = 5 * time.Second

// statusTime bounds STATUS, which runtimes ask for again and again.
const statusTime = 5 * time.Second

// Versions of the specification that are understood. GC and STATUS came with 1.1.0.
var versions = version.PluginSupports("0.4.0", "1.0.0", "1.1.0")

// Main runs the verb of the environment and ends the process with 1 if it failed, as the specification has it.
func Main(about string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := boundInput(); err != nil {
		_ = types.NewError(types.ErrIOFailure, err.Error(), "").Print()
		os.Exit(1)
	}
	skel.PluginMainFuncs(skel.CNIFuncs{
		Add:    func(args *skel.CmdArgs) error { return add(ctx, args) },
		Del:    func(args *skel.CmdArgs) error { return del(ctx, args) },
		Check:  func(args *skel.CmdArgs) error { return check(ctx, args) },
		GC:     func(args *skel.CmdArgs) error { return collect(ctx, args) },
		Status: func(args *skel.CmdArgs) error { return status(ctx, args) },
	}, versions, about)
}

// boundInput puts what was read of the input, with an end to it, in the input's place: skel reads without one.
func boundInput() error {
	if command := os.Getenv("CNI_COMMAND"); command == "" || command == "VERSION" {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(os.Stdin, config.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	if len(data) > config.MaxBytes {
		return fmt.Errorf("the configuration has more than %d bytes", config.MaxBytes)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	os.Stdin = reader
	go func() {
		_, _ = io.Copy(writer, bytes.NewReader(data))
		_ = writer.Close()
	}()
	return nil
}

// read reads what every verb about one container is given.
func read(args *skel.CmdArgs) (*config.Config, *config.Call, error) {
	c, err := configured(args)
	if err != nil {
		return nil, nil, err
	}
	call, err := config.ReadCall(args.ContainerID, args.IfName, args.Netns, args.Args)
	if err != nil {
		return nil, nil, coded(types.ErrInvalidEnvironmentVariables, err)
	}
	return c, call, nil
}

func configured(args *skel.CmdArgs) (*config.Config, error) {
	c, err := config.Parse(args.StdinData)
	if err != nil {
		return nil, coded(types.ErrInvalidNetworkConfig, err)
	}
	return c, nil
}

// open connects to the node's database.
func open(ctx context.Context, c *config.Config) (attach.Switch, error) {
	client, err := ovsdb.Dial(ctx, c.OVSDB)
	if err != nil {
		return attach.Switch{}, coded(types.ErrTryAgainLater, fmt.Errorf("Open vSwitch's database does not answer: %w", err))
	}
	return attach.Switch{Client: client, Bridge: c.Bridge}, nil
}

func owner(c *config.Config, call *config.Call) attach.Owner {
	return attach.Owner{Network: c.Name, Container: call.Container, Device: call.Device, Netns: call.Netns}
}

// coded is an error as runtimes are told of it. What says its own code keeps it.
func coded(code uint, err error) error {
	var known *types.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return types.NewError(code, err.Error(), "")
}

// told finds the code of what went wrong while waiting for the controller.
func told(err error) error {
	var held *attach.Held
	var silent *attach.Silent
	switch {
	case errors.As(err, &held):
		return coded(CodeHeld, err)
	case errors.As(err, &silent), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.Is(err, attach.ErrNoBridge), errors.Is(err, ovsdb.ErrClosed):
		return coded(types.ErrTryAgainLater, err)
	}
	return coded(types.ErrInternal, err)
}
