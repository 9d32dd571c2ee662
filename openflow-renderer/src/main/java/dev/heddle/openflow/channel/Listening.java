package dev.heddle.openflow.channel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.opendaylight.openflowjava.protocol.api.connection.ConnectionConfiguration;
import org.opendaylight.openflowjava.protocol.api.connection.ThreadConfiguration;
import org.opendaylight.openflowjava.protocol.api.connection.TlsConfiguration;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.config.rev140630.KeystoreType;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.config.rev140630.PathType;
import org.opendaylight.yang.gen.v1.urn.opendaylight.openflow.config.rev140630.TransportProtocol;

/** Where and how to listen, in openflowjava's terms. */
record Listening(InetSocketAddress bind, Optional<Tls> tls) implements ConnectionConfiguration {

  /** Bounds what a switch that asks and never reads can make us keep. */
  private static final int QUEUED_MESSAGES = 256;

  /** OVS that is well asks us every 5 s by itself: who is silent for longer is asked. */
  private static final long IDLE_MILLIS = 10_000;

  @Override
  public InetAddress getAddress() {
    return bind.getAddress();
  }

  @Override
  public int getPort() {
    return bind.getPort();
  }

  @Override
  public Object getTransferProtocol() {
    return tls.isPresent() ? TransportProtocol.TLS : TransportProtocol.TCP;
  }

  @Override
  public TlsConfiguration getTlsConfiguration() {
    return tls.map(Stores::new).orElse(null);
  }

  @Override
  public long getSwitchIdleTimeout() {
    return IDLE_MILLIS;
  }

  @Override
  public Object getSslContext() {
    return null;
  }

  @Override
  public ThreadConfiguration getThreadConfiguration() {
    return new Threads();
  }

  @Override
  public boolean useBarrier() {
    return false;
  }

  @Override
  public boolean isGroupAddModEnabled() {
    return false;
  }

  @Override
  public int getChannelOutboundQueueSize() {
    return QUEUED_MESSAGES;
  }

  private record Threads() implements ThreadConfiguration {

    @Override
    public int getWorkerThreadCount() {
      return Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    @Override
    public int getBossThreadCount() {
      return 1;
    }
  }

  private record Stores(Tls tls) implements TlsConfiguration {

    @Override
    public String getTlsKeystore() {
      return tls.keyStore().toString();
    }

    @Override
    public KeystoreType getTlsKeystoreType() {
      return KeystoreType.PKCS12;
    }

    @Override
    public String getTlsTruststore() {
      return tls.trustStore().toString();
    }

    @Override
    public KeystoreType getTlsTruststoreType() {
      return KeystoreType.PKCS12;
    }

    @Override
    public PathType getTlsKeystorePathType() {
      return PathType.PATH;
    }

    @Override
    public PathType getTlsTruststorePathType() {
      return PathType.PATH;
    }

    @Override
    public String getKeystorePassword() {
      return tls.password();
    }

    @Override
    public String getCertificatePassword() {
      return tls.password();
    }

    @Override
    public String getTruststorePassword() {
      return tls.password();
    }

    @Override
    public List<String> getCipherSuites() {
      return List.of(); // what the JDK enables
    }
  }
}
