import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;

/** What programs for Java's client share: their argument is a task, the last line that they print a report. */
class Yardstick {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  static JsonNode task(String[] args) throws Exception {
    return JSON.readTree(args[0]);
  }

  static String brokers(JsonNode task) {
    var brokers = new ArrayList<String>();
    for (var broker : task.get("brokers")) brokers.add(broker.asText());
    return String.join(",", brokers);
  }

  static Map<String, Object> newReport() throws Exception {
    var report = new HashMap<String, Object>();
    report.put("version", AppInfoParser.getVersion());
    report.put("startRssBytes", rssBytes("VmRSS"));
    return report;
  }

  static void tell(Map<String, Object> report) throws Exception {
    report.put("peakRssBytes", rssBytes("VmHWM"));
    System.out.println(JSON.writeValueAsString(report));
  }

  static long cpuNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  static void put(Map<String, Object> report, long messages, long allMessages, long nanos, long cpuNanos) {
    report.put("messages", messages);
    report.put("allMessages", allMessages);
    report.put("seconds", nanos / 1e9);
    report.put("cpuSeconds", cpuNanos / 1e9);
  }

  static void putLatencies(Map<String, Object> report, long[] nanos) {
    Arrays.sort(nanos);
    report.put("p50Ms", nanos[nanos.length / 2] / 1e6);
    report.put("p99Ms", nanos[(int) (nanos.length * 0.99)] / 1e6);
  }

  /** 0 where there is no /proc. */
  private static long rssBytes(String field) throws Exception {
    var status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return 0;
    for (var line : Files.readAllLines(status)) {
      if (line.startsWith(field)) return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
    return 0;
  }
}
