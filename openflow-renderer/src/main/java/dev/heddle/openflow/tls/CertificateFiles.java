package dev.heddle.openflow.tls;

import java.nio.file.Path;

/**
 * The three files that Open vSwitch knows from {@code ovs-vsctl set-ssl}, here for the controller.
 * All are PEM.
 *
 * @param key private key, PKCS #8 without a password
 * @param certificate ours, followed by those between it and its authority, if any
 * @param authorities who may sign nodes; one certificate or more
 */
public record CertificateFiles(Path key, Path certificate, Path authorities) {}
