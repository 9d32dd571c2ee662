package dev.heddle.openflow.channel;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.opendaylight.infrautils.diagstatus.DiagStatusService;
import org.opendaylight.infrautils.diagstatus.ServiceDescriptor;
import org.opendaylight.infrautils.diagstatus.ServiceRegistration;
import org.opendaylight.infrautils.diagstatus.ServiceState;
import org.opendaylight.infrautils.diagstatus.ServiceStatusSummary;

/**
 * Hears from openflowjava whether it listens. Its own future of startup never completes when the
 * address is taken; the failure is told here only.
 */
record StartReport(CompletableFuture<Void> online) implements DiagStatusService {

  @Override
  public ServiceRegistration register(String service) {
    return new ServiceRegistration() {
      @Override
      public void report(ServiceDescriptor state) {
        if (state.getServiceState() == ServiceState.OPERATIONAL) {
          online.complete(null);
        } else {
          online.completeExceptionally(
              state
                  .getErrorCause()
                  .orElseGet(() -> new IllegalStateException(state.getStatusDesc())));
        }
      }

      @Override
      public void close() {
        // nothing is held
      }
    };
  }

  @Override
  public ServiceDescriptor getServiceDescriptor(String service) {
    throw new UnsupportedOperationException("openflowjava only reports");
  }

  @Override
  public Collection<ServiceDescriptor> getAllServiceDescriptors() {
    return List.of();
  }

  @Override
  public ServiceStatusSummary getServiceStatusSummary() {
    throw new UnsupportedOperationException("openflowjava only reports");
  }
}
