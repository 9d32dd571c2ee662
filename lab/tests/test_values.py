"""Documents, settings and frames: values in, values out."""

import os
import random
import unittest
from pathlib import Path

from heddle_lab import documents, frames
from heddle_lab.node import _map_items
from heddle_lab.settings import LabError, Settings

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/two-tenants.yaml"


class Documents(unittest.TestCase):
    def test_the_example_has_two_tenants_of_three_ports_with_equal_addresses(self):
        ports = documents.ports(documents.read(EXAMPLE))
        by_tenant = {t: [p for p in ports if p.switch == t] for t in ("tenant-red", "tenant-blue")}
        self.assertEqual([3, 3], [len(p) for p in by_tenant.values()])
        red, blue = ([(p.mac, p.addresses) for p in by_tenant[t]] for t in by_tenant)
        self.assertEqual(red, blue)
        self.assertEqual(3, len(set(red)))

    def test_an_address_takes_its_length_from_the_subnet_of_its_switch(self):
        ports = documents.ports([
            {"kind": "LogicalPort", "metadata": {"name": "p"},
             "spec": {"switch": "s", "addresses": ["10.0.9.1", "fd00::1", "192.0.2.1", "192.0.2.2/31"]}},
            {"kind": "LogicalSwitch", "metadata": {"name": "s"}, "spec": {"subnets": ["10.0.0.0/20", "fd00::/80"]}}])
        self.assertEqual(("10.0.9.1/20", "fd00::1/80", "192.0.2.1/24", "192.0.2.2/31"), ports[0].addresses)

    def test_only_vif_ports_become_pods(self):
        kinds = [{"kind": "LogicalPort", "metadata": {"name": t}, "spec": {"type": t}} for t in ("vif", "localnet")]
        self.assertEqual(["vif"], [p.name for p in documents.ports(kinds)])

    def test_a_mac_that_yaml_read_as_a_number_is_refused_with_a_hint(self):
        with self.assertRaisesRegex(LabError, "quote it"):
            documents.mac_ok(601)

    def test_a_name_that_is_a_path_an_option_or_a_node_is_refused(self):
        for name in ("../x", "-f", "a/b", "n1", "under", "", None, "A", "x" * 64):
            with self.subTest(name), self.assertRaises(LabError):
                documents.name_ok(name)


class SettingsFromTheEnvironment(unittest.TestCase):
    def test_what_cannot_work_is_refused(self):
        for bad in ({"HEDDLE_LAB_DIR": "relative"}, {"HEDDLE_LAB_PREFIX": "toolongprefix"},
                    {"HEDDLE_LAB_PREFIX": "../x"}, {"HEDDLE_LAB_UNDERLAY": "10.0.0.0/30"},
                    {"HEDDLE_OVSDB_PORT": "65536"}, {"HEDDLE_OVSDB_PORT": "-1"},
                    {"HEDDLE_LAB_UNDERLAY": "nonsense"}, {"HEDDLE_LAB_DIR": "/" + "x" * 200}):
            with self.subTest(bad), self.assertRaises(LabError):
                Settings.from_environment(bad)

    def test_the_controllers_port_is_the_one_it_listens_on(self):
        self.assertEqual(6640, Settings.from_environment({}).ovsdb_port)
        self.assertEqual(7000, Settings.from_environment({"HEDDLE_OVSDB_PORT": "7000"}).ovsdb_port)

    def test_nodes_have_certificates_unless_tls_is_off_on_purpose(self):
        home = {"HEDDLE_HOME": "/h"}
        self.assertEqual(Path("/h/pki"), Settings.from_environment(home).pki)
        self.assertEqual(Path("/p"), Settings.from_environment({**home, "HEDDLE_PKI": "/p"}).pki)
        self.assertIsNone(Settings.from_environment({**home, "HEDDLE_TLS": "off"}).pki)
        self.assertIsNone(Settings.from_environment({}).pki)

    def test_node_addresses_and_the_controllers_are_apart(self):
        settings = Settings.from_environment({})
        self.assertEqual(("198.18.0.1", "198.18.1.1", "198.18.1.200"), (
            settings.controller_address, settings.node_address(1), settings.node_address(200)))


class Frames(unittest.TestCase):
    def test_a_broadcast_frame_is_recognised_by_its_nonce(self):
        value = frames.nonce()
        frame = frames.broadcast("0a:00:00:00:00:11", "10.0.0.11", "255.255.255.255", value)
        self.assertEqual((frames.REQUEST, value), frames.recognise(frame))

    def test_its_checksums_are_those_of_rfc_1071(self):
        frame = frames.broadcast("0a:00:00:00:00:11", "10.0.0.11", "255.255.255.255", frames.nonce())
        self.assertEqual((0, 0), (frames.checksum(frame[14:34]), frames.checksum(frame[34:])))

    def test_any_bytes_are_either_recognised_or_not(self):
        seed = int.from_bytes(os.urandom(4), "big")
        source = random.Random(seed)
        for _ in range(2000):
            noise = source.randbytes(source.randrange(80))
            cut = noise[:40] + frames.MARK + noise[40:]
            with self.subTest(seed=seed, frame=cut.hex()):
                found = frames.recognise(cut)
                self.assertEqual(len(noise[40:]) >= frames.NONCE_BYTES and len(noise[:40]) >= 8, found is not None)


class OvsMaps(unittest.TestCase):
    def test_quoted_values_may_hold_commas(self):
        self.assertEqual(["a=b", "c=d, e", "f=x=y"], _map_items('{a=b, c="d, e", f="x=y"}'))
        self.assertEqual([], _map_items("{}"))
