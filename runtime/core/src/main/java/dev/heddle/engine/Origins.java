package dev.heddle.engine;

import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Inspection.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.CodeSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** Which bundle each feature came from, remembered when it is away, until the controller ends. */
final class Origins {

  static final Origin UNKNOWN = new Origin("", "");
  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  private final Map<String, Origin> byFeature = new ConcurrentHashMap<>();

  void note(Feature feature) {
    byFeature.put(feature.name(), of(feature.getClass()));
  }

  Origin of(String feature) {
    return byFeature.getOrDefault(feature, UNKNOWN);
  }

  /**
   * From the manifest beside the class: in a container that of its bundle is the only one its
   * loader shows, in a plain JVM it is told from others by where the class was loaded from.
   */
  private static Origin of(Class<?> type) {
    try {
      ClassLoader loader = type.getClassLoader();
      List<URL> manifests = Collections.list(loader.getResources(MANIFEST));
      String source =
          Optional.ofNullable(type.getProtectionDomain().getCodeSource())
              .map(CodeSource::getLocation)
              .map(URL::toString)
              .orElse("");
      for (URL url : manifests) {
        if (manifests.size() == 1 || !source.isEmpty() && url.toString().contains(source)) {
          return read(url);
        }
      }
    } catch (IOException e) {
      return UNKNOWN; // a name that cannot be told keeps no feature from working
    }
    return UNKNOWN;
  }

  private static Origin read(URL url) throws IOException {
    try (InputStream in = url.openStream()) {
      Attributes main = new Manifest(in).getMainAttributes();
      String name = Optional.ofNullable(main.getValue("Bundle-SymbolicName")).orElse("");
      String version = Optional.ofNullable(main.getValue("Bundle-Version")).orElse("");
      return new Origin(name.split(";", 2)[0].strip(), version);
    }
  }
}
