package dev.heddle.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why a handshake failed, in words for whoever has to mend it. */
public final class Reason {

  private static final int DEEPEST = 10;
  private static final int LONGEST = 200;
  private static final String ALERT = "Received fatal alert: ";

  private Reason() {}

  /** Begins with "it" or "its" and ends without a point. */
  public static String of(Throwable failure) {
    List<Throwable> causes = causes(failure);
    for (Throwable cause : causes) {
      Optional<String> said = ofCause(cause);
      if (said.isPresent()) {
        return said.get();
      }
    }
    String last = String.valueOf(causes.get(causes.size() - 1).getMessage());
    return "its handshake failed: " + printable(last);
  }

  private static Optional<String> ofCause(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    String said = null;
    if (cause instanceof NotSslRecordException) {
      said = "it does not speak TLS (ssl: instead of tcp: in ovs-vsctl set-manager)";
    } else if (cause instanceof SslHandshakeTimeoutException) {
      said = "it did not finish its handshake in time";
    } else if (cause instanceof CertificateExpiredException) {
      said = "its certificate has expired (" + printable(message) + ")";
    } else if (cause instanceof CertificateNotYetValidException) {
      said = "its certificate is not valid yet (" + printable(message) + ")";
    } else if (cause instanceof CertPathBuilderException) {
      said = "its certificate is signed by nobody we trust";
    } else if (message.contains("mpty client certificate chain")) {
      said = "it shows no certificate";
    } else if (message.startsWith(ALERT)) {
      said = "it does not accept our side (" + printable(message.substring(ALERT.length())) + ")";
    } else if (cause instanceof ClosedChannelException
        || message.startsWith("Connection closed while")
        || (cause instanceof IOException && !(cause instanceof SSLException))) {
      said = "it ended the connection before the handshake was done";
    }
    return Optional.ofNullable(said);
  }

  /** The failure and what caused it, the innermost first: that is the most telling one. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = failure; t != null && causes.size() < DEEPEST; t = t.getCause()) {
      causes.add(0, t);
    }
    return causes;
  }

  /** Parts of it may come from the peer. */
  private static String printable(String text) {
    String clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "...";
  }
}
