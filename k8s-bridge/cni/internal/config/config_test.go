package config

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	c, err := Parse([]byte(`{"cniVersion": "1.1.0", "name": "pods", "type": "heddle-cni"}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.OVSDB != "unix:/run/openvswitch/db.sock" || c.Bridge != "br-int" || c.InterfaceID != "{namespace}.{pod}" ||
		c.Timeout != 30*time.Second || c.Gateway != FromAnswer || c.Given || len(c.PrevResult) > 0 {
		t.Errorf("%+v", c)
	}
}

func TestAConfigurationIsReadOrRefusedWithTheKey(t *testing.T) {
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"containerID":"c","ifname":"e"},`, MaxAttachments+1), ",") + "]"
	for name, c := range map[string]struct{ members, refusal string }{
		"all keys":            {`"ovsdb":"tcp:127.0.0.1:6640","bridge":"br0","interfaceId":"{network}-{pod}","timeoutSeconds":110,"gateway":"host"`, ""},
		"what runtimes add":   {`"capabilities":{},"runtimeConfig":{},"args":{},"disableCheck":true,"cniVersions":["1.1.0"],"cni.dev/attachments":[]`, ""},
		"an empty ipam":       {`"ipam": { }`, ""},
		"an ipam":             {`"ipam":{"type":"host-local"}`, "ipam"},
		"a typing error":      {`"timeout":3`, `"timeout"`},
		"no time":             {`"timeoutSeconds":0`, "timeoutSeconds"},
		"too much time":       {`"timeoutSeconds":111`, "timeoutSeconds"},
		"half a second":       {`"timeoutSeconds":0.5`, "timeoutSeconds"},
		"a text as a time":    {`"timeoutSeconds":"many"`, "configuration"},
		"a relative socket":   {`"ovsdb":"unix:db.sock"`, "ovsdb"},
		"a long socket":       {`"ovsdb":"unix:/` + strings.Repeat("a", 107) + `"`, "ovsdb"},
		"another machine":     {`"ovsdb":"tcp:192.0.2.1:6640"`, "ovsdb"},
		"a bridge of 16":      {`"bridge":"abcdefghijklmnop"`, "bridge"},
		"a gateway":           {`"gateway":"10.0.0.1"`, "gateway"},
		"an unknown place":    {`"interfaceId":"{uid}"`, "{uid}"},
		"an open place":       {`"interfaceId":"{pod"`, "interfaceId"},
		"an empty template":   {`"interfaceId":""`, "interfaceId"},
		"a long template":     {`"interfaceId":"` + strings.Repeat("a", 257) + `"`, "interfaceId"},
		"a name server":       {`"dns":{"nameservers":["ns.example"]}`, "dns.nameservers"},
		"too many of dns":     {`"dns":{"search":[` + strings.TrimSuffix(strings.Repeat(`"a",`, 33), ",") + `]}`, "dns"},
		"too many to keep":    {`"cni.dev/valid-attachments":` + many, "valid-attachments"},
		"a result that is no": {`"prevResult":null`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(`{"cniVersion":"1.1.0","name":"pods","type":"heddle-cni",` + c.members + `}`))
			if c.refusal == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.refusal != "" && (err == nil || !strings.Contains(err.Error(), c.refusal)) {
				t.Errorf("%v does not name %s", err, c.refusal)
			}
		})
	}
}

func TestNoneToKeepIsSomethingElseThanNoList(t *testing.T) {
	one := `[{"containerID":"c","ifname":"eth0"}]`
	for _, c := range []struct {
		members string
		given   bool
		kept    int
	}{
		{``, false, 0},
		{`,"cni.dev/valid-attachments":[]`, true, 0},
		{`,"cni.dev/valid-attachments":null`, true, 0},
		{`,"cni.dev/valid-attachments":` + one, true, 1},
		{`,"cni.dev/attachments":` + one, true, 1},
		{`,"cni.dev/attachments":` + one + `,"cni.dev/valid-attachments":[]`, true, 0},
	} {
		read, err := Parse([]byte(`{"name":"pods"` + c.members + `}`))
		if err != nil || read.Given != c.given || len(read.Attachments) != c.kept {
			t.Errorf("%s: %+v %v", c.members, read, err)
		}
	}
}

func TestTheNameOfAPortIsMadeOfTheCall(t *testing.T) {
	kubernetes := "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0.a;K8S_POD_UID=1=2;IgnoreUnknown=true"
	for _, c := range []struct{ template, args, name, refusal string }{
		{"{namespace}.{pod}", kubernetes, "shop.web-0.a", ""},
		{"{network}:{container}_{ifname}", "", "pods:c1_eth0", ""},
		{"fixed", "", "fixed", ""},
		{"{namespace}.{pod}", "K8S_POD_NAMESPACE=host;K8S_POD_NAME=n1", "", "host."},
		{"{namespace}.{pod}", "K8S_POD_NAME=web", "", "K8S_POD_NAMESPACE"},
		{"{namespace}.{pod}", "K8S_POD_NAMESPACE=a.b;K8S_POD_NAME=c", "", "K8S_POD_NAMESPACE"},
		{"{namespace}.{pod}", "K8S_POD_NAMESPACE=a;K8S_POD_NAME=c.", "", "K8S_POD_NAME"},
		{"{namespace}.{pod}", "K8S_POD_NAMESPACE=a;K8S_POD_NAME=B", "", "K8S_POD_NAME"},
		{"{namespace}.{pod}", "K8S_POD_NAMESPACE=" + strings.Repeat("n", 64) + ";K8S_POD_NAME=p", "", "K8S_POD_NAMESPACE"},
		{"{namespace}.{pod}", "K8S_POD_NAMESPACE=n;K8S_POD_NAME=" + strings.Repeat("p", 252), "", "interfaceId"},
		{"{pod}", "K8S_POD_NAME=a;K8S_POD_NAME=b", "", "twice"},
		{"{pod}", "K8S_POD_NAME", "", "KEY=VALUE"},
		{"{pod}", "=x", "", "KEY=VALUE"},
		{"{pod}", strings.Repeat("a=b;", 5000), "", "bytes"},
	} {
		call, err := ReadCall("c1", "eth0", "/run/netns/x", c.args)
		name := ""
		if err == nil {
			name, err = Template(c.template).Of("pods", call)
		}
		if c.refusal == "" && (err != nil || name != c.name) {
			t.Errorf("%s of %.80s: %s %v", c.template, c.args, name, err)
		}
		if c.refusal != "" && (err == nil || !strings.Contains(err.Error(), c.refusal)) {
			t.Errorf("%s of %.80s: %v does not name %s", c.template, c.args, err, c.refusal)
		}
	}
}

func TestNamesOfTheEnvironmentAreChecked(t *testing.T) {
	long := strings.Repeat("x", 257)
	for _, c := range []struct {
		container, device, netns string
		right                    bool
	}{
		{"c1", "eth0", "/run/netns/x", true},
		{"c1", "eth0", "", true},
		{long[1:], "abcdefghijklmno", "/" + long, true},
		{"", "eth0", "", false}, {long, "eth0", "", false}, {"../c", "eth0", "", false},
		{"c1", "", "", false}, {"c1", "abcdefghijklmnop", "", false}, {"c1", "..", "", false}, {"c1", "a%d", "", false},
		{"c1", "eth0", "run", false}, {"c1", "eth0", "/a\x00b", false}, {"c1", "eth0", "/" + strings.Repeat("a", 4096), false},
	} {
		if _, err := ReadCall(c.container, c.device, c.netns, ""); (err == nil) != c.right {
			t.Errorf("%.20q %.20q %.20q: %v", c.container, c.device, c.netns, err)
		}
	}
}

// FuzzParse: whatever comes in, what is let through keeps the bounds that are promised.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"name":"pods"}`, `{"name":"pods","timeoutSeconds":1e2,"gateway":"host","dns":{"nameservers":["::1"]}}`,
		`{"name":"p","interfaceId":"{pod}.{namespace}","ovsdb":"unix:/a","bridge":"b"}`, `[]`, `null`, `{"name":{}}`,
		`{"name":"p","cni.dev/valid-attachments":[{"containerID":"c","ifname":"i"}],"prevResult":{}}`,
	} {
		f.Add([]byte(seed), "K8S_POD_NAMESPACE=a;K8S_POD_NAME=b")
	}
	f.Fuzz(func(t *testing.T, data []byte, args string) {
		c, err := Parse(data)
		if err != nil {
			if len(err.Error()) > 4096 {
				t.Errorf("a sentence of %d bytes", len(err.Error()))
			}
			return
		}
		if !ValidNetwork(c.Name) || c.Timeout < time.Second || c.Timeout > MaxTimeout || CheckOVSDB(c.OVSDB) != nil ||
			len(c.Bridge) > 15 || len(c.Attachments) > MaxAttachments || !json.Valid(data) {
			t.Errorf("let through: %+v", c)
		}
		call, err := ReadCall("c1", "eth0", "", args)
		if err != nil {
			return
		}
		if name, err := c.InterfaceID.Of(c.Name, call); err == nil && !ValidPort(name) {
			t.Errorf("%q is no name of a port", name)
		}
	})
}
