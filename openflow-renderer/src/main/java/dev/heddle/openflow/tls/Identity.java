package dev.heddle.openflow.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/**
 * Who a peer has proved to be: the names in its certificate, that is its common name and its DNS
 * names (RFC 5280 section 4.2.1.6). Letters count as they are written.
 *
 * @param names of the nodes it may speak for; empty if nothing was asked of it (plain TCP)
 */
public record Identity(Optional<Set<String>> names) {

  /** Of a peer that was let in without TLS: it may say it is anybody. */
  public static final Identity UNPROVED = new Identity(Optional.empty());

  private static final int DNS_NAME = 2;

  static Identity of(X509Certificate certificate) {
    Set<String> names = new TreeSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
        if (name.get(0).equals(DNS_NAME)) {
          names.add((String) name.get(1));
        }
      }
      new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .filter(part -> part.getValue() instanceof String)
              .forEach(part -> names.add((String) part.getValue()));
    } catch (CertificateParsingException | InvalidNameException e) {
      return new Identity(Optional.of(Set.of())); // signed, but for nobody we could name
    }
    return new Identity(Optional.of(Set.copyOf(names)));
  }

  /** Whether it may speak for the node of this name. */
  public boolean mayBe(String node) {
    return names.map(n -> n.contains(node)).orElse(true);
  }

  /** The names, for a sentence. */
  @Override
  public String toString() {
    return names
        .map(n -> n.isEmpty() ? "nobody" : n.stream().sorted().collect(Collectors.joining(", ")))
        .orElse("anybody");
  }
}
