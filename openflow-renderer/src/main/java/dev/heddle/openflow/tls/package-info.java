/**
 * TLS towards nodes, the same for OVSDB and OpenFlow. {@link dev.heddle.openflow.tls.TlsGate}
 * stands before the first handler of either protocol: who shows no valid certificate meets none of
 * them.
 *
 * <pre>
 *  dev.heddle.tls --&gt; Credentials --&gt; TlsGate -- handshake --&gt; Identity --&gt; OVSDB or OpenFlow
 *                                     |
 *                                  Refusals: each peer and reason in the log once
 * </pre>
 */
package dev.heddle.openflow.tls;
