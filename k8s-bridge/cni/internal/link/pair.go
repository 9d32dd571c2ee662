// Package link makes and configures network devices: the pair between a switch and a namespace, addresses and routes.
package link

import (
	"errors"
	"fmt"
	"net"
	"os"
	"unsafe"

	"github.com/containernetworking/plugins/pkg/ns"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Pair describes a veth pair: Link in the namespace of the switch, Device in the other one.
type Pair struct {
	Link   string
	Group  uint32 // the device group of Link
	Device string
	Inside ns.NetNS // where Device is; nil: beside Link
}

// ErrTaken is returned where the namespace has a device of that name already.
var ErrTaken = errors.New("there is a device of that name already")

// Make makes the pair, each end at once where it belongs, and raises Link.
func (p Pair) Make() error {
	attributes := netlink.NewLinkAttrs()
	attributes.Name, attributes.Group = p.Link, p.Group
	veth := &netlink.Veth{LinkAttrs: attributes, PeerName: p.Device}
	if p.Inside != nil {
		veth.PeerNamespace = netlink.NsFd(p.Inside.Fd())
	}
	err := netlink.LinkAdd(veth)
	if errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("%w: %s", ErrTaken, p.Device)
	}
	if err != nil {
		return fmt.Errorf("making the pair %s, %s: %w", p.Link, p.Device, err)
	}
	if err := p.raise(); err != nil {
		_ = Remove(p.Link)
		return err
	}
	return nil
}

func (p Pair) raise() error {
	device, err := netlink.LinkByName(p.Link)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Link, err)
	}
	// The end in the switch is no host: it must not say anything by itself, not even for IPv6 or that it has an address
	// of the node.
	if err := set("ipv6/conf/"+p.Link+"/disable_ipv6", "1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := set("ipv4/conf/"+p.Link+"/arp_ignore", "8"); err != nil {
		return err
	}
	if err := Mute(p.Group); err != nil {
		return err
	}
	return netlink.LinkSetUp(device)
}

// Exists tells whether this namespace has a device of that name.
func Exists(name string) (bool, error) {
	_, err := netlink.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return false, nil
	}
	return err == nil, err
}

// Remove removes a device, and with it the other end of its pair. Twice is once.
func Remove(name string) error {
	device, err := netlink.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	// It may go by itself meanwhile, with the namespace its other end is in.
	if err := netlink.LinkDel(device); err != nil && !errors.Is(err, unix.ENODEV) && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("removing %s: %w", name, err)
	}
	return nil
}

// OfGroup finds the veth devices of a device group.
func OfGroup(group uint32) ([]string, error) {
	devices, err := netlink.LinkList()
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return nil, err
	}
	names := []string{}
	for _, device := range devices {
		if device.Type() == "veth" && device.Attrs().Group == group {
			names = append(names, device.Attrs().Name)
		}
	}
	return names, nil
}

// SetMTU sets the bytes a frame of the device may carry; 0 leaves it as it is.
func SetMTU(name string, mtu int) error {
	device, err := netlink.LinkByName(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if mtu == 0 || device.Attrs().MTU == mtu {
		return nil
	}
	return netlink.LinkSetMTU(device, mtu)
}

// MACOf is the address of a device of this namespace.
func MACOf(name string) (net.HardwareAddr, error) {
	device, err := netlink.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return device.Attrs().HardwareAddr, nil
}

// checksumsInSoftware has the kernel fill in the checksums of what the device sends. A veth hands frames over without
// them, and a userspace datapath passes on what it gets: TCP and UDP would not arrive.
func checksumsInSoftware(name string) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	value := struct{ command, data uint32 }{unix.ETHTOOL_STXCSUM, 0}
	// struct ifreq: a name, and here a pointer in a union of 24 bytes (netdevice(7)).
	request := struct {
		name  [unix.IFNAMSIZ]byte
		value unsafe.Pointer
		_     [24 - unsafe.Sizeof(uintptr(0))]byte
	}{value: unsafe.Pointer(&value)}
	copy(request.name[:unix.IFNAMSIZ-1], name)
	_, _, number := unix.Syscall(unix.SYS_IOCTL, uintptr(socket), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	if number != 0 {
		return fmt.Errorf("turning checksum offload of %s off: %w", name, number)
	}
	return nil
}

// set writes a sysctl of the current thread's namespace.
func set(key, value string) error {
	return os.WriteFile("/proc/sys/net/"+key, []byte(value), 0)
}
