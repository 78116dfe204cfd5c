import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryReceiver;

/**
 * What a broker needs before it offers the telemetry APIs: somebody to give the metrics to.
 */
public class GoldenTelemetry implements MetricsReporter, ClientTelemetry {
  /** Brings this into the class path of a broker whose command line is the harness's. */
  public static class Agent {
    public static void premain(String arguments, Instrumentation instrumentation) {}
  }

  @Override
  public ClientTelemetryReceiver clientReceiver() {
    return (context, payload) -> {};
  }

  @Override
  public void init(List<KafkaMetric> metrics) {}

  @Override
  public void metricChange(KafkaMetric metric) {}

  @Override
  public void metricRemoval(KafkaMetric metric) {}

  @Override
  public void close() {}

  @Override
  public void configure(Map<String, ?> configs) {}
}
