package dev.heddle.kubernetes.edge;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** The client as it runs in a container that unloads classes. */
public final class Client {

  private Client() {}

  /** It looks for its classes where the thread says; that is here, and nowhere later. */
  public static KubernetesClient of(Config access) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(Client.class.getClassLoader());
    try {
      return new KubernetesClientBuilder()
          .withConfig(access)
          .withHttpClientFactory(new JdkHttpClientFactory())
          .withKubernetesSerialization(serialization())
          .build();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * Reads a Status as one: by it a watch is told that its version is too old and that everything
   * has to be listed anew, which it would else ask for in vain for ever.
   */
  static KubernetesSerialization serialization() {
    KubernetesSerialization serialization = new KubernetesSerialization(mapper(), false);
    serialization.registerKubernetesResource(Status.class);
    return serialization;
  }

  /** With a cache of types of its own: the common one would keep the client's classes for ever. */
  private static JsonMapper mapper() {
    LookupCache<Object, JavaType> own = new LRUMap<>(16, 1_000);
    return JsonMapper.builder().typeFactory(TypeFactory.defaultInstance().withCache(own)).build();
  }
}
