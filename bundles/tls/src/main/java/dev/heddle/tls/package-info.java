/**
 * What the controller's listening ports have in common that speak TLS: certificates are read from
 * files, checked before they are used, and followed while the files change.
 *
 * <pre>
 *  files (PEM) --&gt; CertificateWatch --&gt; Credentials --&gt; one handshake after the other
 * </pre>
 */
package dev.heddle.tls;
