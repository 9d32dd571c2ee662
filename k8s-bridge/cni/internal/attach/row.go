package attach

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dev.heddle/cni/internal/ovsdb"
)

// What external_ids of an interface say of whom it was made for.
const (
	keyPort      = "iface-id"
	keyNetwork   = "heddle-cni-network"
	keyContainer = "heddle-cni-container"
	keyDevice    = "heddle-cni-ifname"
	keyNetns     = "heddle-cni-netns"
	keyHost      = "heddle-cni-host"
)

// Owner is an attachment: one interface of one container to one network, or one of the node itself.
type Owner struct {
	Network   string
	Container string
	Device    string
	Netns     string // where Device is, a path; said for people only
	Host      bool   // the node's own: Container is empty, and GC never takes it
}

// Link is the name of the end of the pair that is in the switch: 15 bytes that say the same for the same container and
// interface at any time, so that whoever comes later finds what was made. 65 bits of SHA-256.
func (o Owner) Link() string {
	sum := sha256.Sum256([]byte(o.Container + "\x00" + o.Device))
	return linkPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:13]
}

const linkPrefix = "hd"

// IsLink tells a name that Link may have given.
func IsLink(name string) bool {
	rest, ours := strings.CutPrefix(name, linkPrefix)
	return ours && len(rest) == 13 && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// Group is the device group that links of this network are made in, so that one whose row was never written is known
// for ours: 31 bits of SHA-256 (ip-link(8): group 0 is everybody else's).
func (o Owner) Group() uint32 {
	sum := sha256.Sum256([]byte("heddle-cni " + o.Network))
	return binary.BigEndian.Uint32(sum[:]) & 0x7fffffff
}

func (o Owner) ids() ovsdb.Map {
	if o.Host {
		return ovsdb.Map{keyHost: "true", keyDevice: o.Device}
	}
	return ovsdb.Map{keyNetwork: o.Network, keyContainer: o.Container, keyDevice: o.Device}
}

// Row is an interface that is attached.
type Row struct {
	UUID   ovsdb.UUID             `json:"_uuid"`
	Name   string                 `json:"name"`
	IDs    ovsdb.Map              `json:"external_ids"`
	Number ovsdb.Optional[int]    `json:"ofport"`
	Error  ovsdb.Optional[string] `json:"error"`
}

// Owner is whom the row says it was made for.
func (r Row) Owner() Owner {
	return Owner{Network: r.IDs[keyNetwork], Container: r.IDs[keyContainer], Device: r.IDs[keyDevice],
		Netns: r.IDs[keyNetns], Host: r.IDs[keyHost] == "true"}
}

// Port is the iface-id.
func (r Row) Port() string { return r.IDs[keyPort] }

var columns = []string{"_uuid", "name", "external_ids", "ofport", "error"}

// Switch is the node's database with the bridge that interfaces are attached to.
type Switch struct {
	Client *ovsdb.Client
	Bridge string
}

// ErrNoBridge is returned where the bridge is missing: the node has not joined, or never met its controller.
var ErrNoBridge = errors.New("there is no such bridge")

func where(column, function string, value any) []any { return []any{[]any{column, function, value}} }

// Userspace tells whether the bridge's datapath is Open vSwitch's own, not the kernel's; ErrNoBridge without a bridge.
func (s Switch) Userspace(ctx context.Context) (bool, error) {
	outcomes, err := s.Client.Transact(ctx, ovsdb.Operation{
		"op": "select", "table": "Bridge", "where": where("name", "==", s.Bridge), "columns": []string{"datapath_type"}})
	if err != nil {
		return false, err
	}
	if len(outcomes[0].Rows) == 0 {
		return false, fmt.Errorf("%w: %s; has this node joined its controller?", ErrNoBridge, s.Bridge)
	}
	var bridge struct {
		Datapath string `json:"datapath_type"`
	}
	err = json.Unmarshal(outcomes[0].Rows[0], &bridge)
	return bridge.Datapath == "netdev", err
}

func (s Switch) find(ctx context.Context, conditions []any) ([]Row, error) {
	outcomes, err := s.Client.Transact(ctx, ovsdb.Operation{
		"op": "select", "table": "Interface", "where": conditions, "columns": columns})
	if err != nil {
		return nil, err
	}
	rows := []Row{}
	for _, raw := range outcomes[0].Rows {
		var row Row
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, fmt.Errorf("a row of Interface: %w", err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func including(ids ovsdb.Map) []any { return where("external_ids", "includes", ids) }

// Of finds what was made for this owner; normally one row or none.
func (s Switch) Of(ctx context.Context, owner Owner) ([]Row, error) {
	return s.find(ctx, including(owner.ids()))
}

// OfNetwork finds what was made for anybody on this network.
func (s Switch) OfNetwork(ctx context.Context, network string) ([]Row, error) {
	return s.find(ctx, including(ovsdb.Map{keyNetwork: network}))
}

// OfPort finds who claims to be this port, whoever made them.
func (s Switch) OfPort(ctx context.Context, port string) ([]Row, error) {
	return s.find(ctx, including(ovsdb.Map{keyPort: port}))
}

// Hosts finds this node's own interfaces.
func (s Switch) Hosts(ctx context.Context) ([]Row, error) {
	return s.find(ctx, including(ovsdb.Map{keyHost: "true"}))
}

// Named finds the interface of this name, whoever made it.
func (s Switch) Named(ctx context.Context, name string) ([]Row, error) {
	return s.find(ctx, where("name", "==", name))
}

// Attach adds a port and an interface to the bridge, for this owner, in one transaction: it waits for nothing, and
// does nothing if an interface of that name is there, or no bridge.
func (s Switch) Attach(ctx context.Context, owner Owner, port string) (ovsdb.UUID, error) {
	link := owner.Link()
	ids := owner.ids()
	ids[keyPort], ids[keyNetns] = port, owner.Netns
	outcomes, err := s.Client.Transact(ctx,
		ovsdb.Operation{"op": "wait", "timeout": 0, "table": "Interface", "where": where("name", "==", link),
			"columns": []string{"name"}, "until": "==", "rows": []any{}},
		ovsdb.Operation{"op": "wait", "timeout": 0, "table": "Bridge", "where": where("name", "==", s.Bridge),
			"columns": []string{"name"}, "until": "==", "rows": []any{map[string]string{"name": s.Bridge}}},
		ovsdb.Operation{"op": "assert", "lock": LockName(link)},
		ovsdb.Operation{"op": "insert", "table": "Interface", "uuid-name": "device",
			"row": map[string]any{"name": link, "external_ids": ids}},
		ovsdb.Operation{"op": "insert", "table": "Port", "uuid-name": "port",
			"row": map[string]any{"name": link, "interfaces": ovsdb.Named("device")}},
		ovsdb.Operation{"op": "mutate", "table": "Bridge", "where": where("name", "==", s.Bridge),
			"mutations": []any{[]any{"ports", "insert", ovsdb.Set(ovsdb.Named("port"))}}},
		configured)
	if ovsdb.IsTimedOut(err) {
		return "", fmt.Errorf("somebody made %s, or removed %s, at this moment", link, s.Bridge)
	}
	if err != nil {
		return "", err
	}
	return outcomes[3].UUID, nil
}

// configured tells ovs-vswitchd that there is something new, as ovs-vsctl does.
var configured = ovsdb.Operation{"op": "mutate", "table": "Open_vSwitch", "where": []any{},
	"mutations": []any{[]any{"next_cfg", "+=", 1}}}

// Rename makes the row stand for another port. What was answered for the other one goes with it.
func (s Switch) Rename(ctx context.Context, row Row, port string) error {
	_, err := s.Client.Transact(ctx,
		ovsdb.Operation{"op": "mutate", "table": "Interface", "where": where("_uuid", "==", row.UUID),
			"mutations": []any{
				[]any{"external_ids", "delete", ovsdb.Set(keyPort, "heddle-installed", "heddle-revision", "heddle-mac",
					"heddle-ips", "heddle-gateway", "heddle-mtu", "heddle-condition")},
				[]any{"external_ids", "insert", ovsdb.Map{keyPort: port}}}})
	return err
}

// Detach takes the row's port off whatever bridge it is in. Twice is once.
func (s Switch) Detach(ctx context.Context, row Row) error {
	outcomes, err := s.Client.Transact(ctx, ovsdb.Operation{"op": "select", "table": "Port",
		"where": where("interfaces", "includes", ovsdb.Set(row.UUID)), "columns": []string{"_uuid"}})
	if err != nil {
		return err
	}
	operations := []ovsdb.Operation{}
	for _, raw := range outcomes[0].Rows {
		var port struct {
			UUID ovsdb.UUID `json:"_uuid"`
		}
		if err := json.Unmarshal(raw, &port); err != nil {
			return err
		}
		// Ports and interfaces that nobody refers to go by themselves (RFC 7047 section 3.2, isRoot).
		operations = append(operations, ovsdb.Operation{"op": "mutate", "table": "Bridge",
			"where":     where("ports", "includes", ovsdb.Set(port.UUID)),
			"mutations": []any{[]any{"ports", "delete", ovsdb.Set(port.UUID)}}})
	}
	if len(operations) == 0 {
		return nil
	}
	_, err = s.Client.Transact(ctx, append(operations, configured)...)
	return err
}

// LockName is the lock that whoever works on this link holds.
func LockName(link string) string { return "heddle_cni_" + link }
