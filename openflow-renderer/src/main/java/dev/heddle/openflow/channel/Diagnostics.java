package dev.heddle.openflow.channel;

import java.util.Collection;
import java.util.List;
import org.opendaylight.infrautils.diagstatus.DiagStatusService;
import org.opendaylight.infrautils.diagstatus.ServiceDescriptor;
import org.opendaylight.infrautils.diagstatus.ServiceRegistration;
import org.opendaylight.infrautils.diagstatus.ServiceStatusSummary;
import org.osgi.service.component.annotations.Component;

/**
 * The service that openflowjava's bundle requires before it resolves. Nobody asks it anything and
 * nobody reports: {@link Listening} does without the part of openflowjava that would.
 */
@Component
public final class Diagnostics implements DiagStatusService {

  @Override
  public ServiceRegistration register(String service) {
    return new ServiceRegistration() {
      @Override
      public void report(ServiceDescriptor state) {
        // nothing is kept
      }

      @Override
      public void close() {
        // nothing is held
      }
    };
  }

  @Override
  public ServiceDescriptor getServiceDescriptor(String service) {
    throw new IllegalArgumentException("no diagnostics are kept of " + service);
  }

  @Override
  public Collection<ServiceDescriptor> getAllServiceDescriptors() {
    return List.of();
  }

  @Override
  public ServiceStatusSummary getServiceStatusSummary() {
    throw new IllegalStateException("no diagnostics are kept");
  }
}
