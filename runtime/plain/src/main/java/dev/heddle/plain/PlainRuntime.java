package dev.heddle.plain;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.heddle.engine.Controller;
import dev.heddle.pipeline.Feature;
import dev.heddle.store.Store;
import java.util.List;
import java.util.Set;

/**
 * The same classes that Declarative Services compose in Karaf, composed in a plain JVM in
 * milliseconds: for tests, laws, benchmarks and small installations.
 */
public final class PlainRuntime extends AbstractModule {

  private final Store store;
  private final List<Feature> features;

  private PlainRuntime(Store store, List<Feature> features) {
    this.store = store;
    this.features = List.copyOf(features);
  }

  /** A controller on {@code store} with these features; the caller closes it. */
  public static Controller controller(Store store, Feature... features) {
    return Guice.createInjector(new PlainRuntime(store, List.of(features)))
        .getInstance(Controller.class);
  }

  @Override
  protected void configure() {
    Multibinder<Feature> all = Multibinder.newSetBinder(binder(), Feature.class);
    features.forEach(f -> all.addBinding().toInstance(f));
  }

  @Provides
  @Singleton
  Controller compose(Set<Feature> all) {
    Controller controller = new Controller(store);
    all.forEach(controller::add);
    return controller;
  }
}
