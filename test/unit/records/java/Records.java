import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Scanner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.*;

/**
 * Record batches by Kafka's own classes. `write` prints what records.jsonl holds: one line a batch, its bytes in hex. `read`
 * reads lines of hex from its input and prints the records that Kafka finds in each. See README.md here.
 */
public class Records {
  static final HexFormat HEX = HexFormat.of();
  static final long TIME = 1_700_000_000_000L;

  public static void main(String[] args) throws Exception {
    if (args[0].equals("write")) write();
    else read();
  }

  static void write() {
    List<String> lines = new ArrayList<>();
    for (byte magic = 0; magic <= 2; magic++) {
      for (CompressionType type : CompressionType.values()) {
        if (magic < 2 && type == CompressionType.ZSTD) continue;
        for (TimestampType time : new TimestampType[] {TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME}) {
          if (magic == 0 && time == TimestampType.LOG_APPEND_TIME) continue;
          for (int count : new int[] {1, 5, 400}) {
            if (count == 400 && type != CompressionType.SNAPPY && type != CompressionType.LZ4 && type != CompressionType.ZSTD) continue;
            if (count == 400 && time == TimestampType.LOG_APPEND_TIME) continue;
            lines.add(batch(magic, type, time, count));
          }
        }
      }
    }
    System.out.println(String.join("\n", lines));
  }

  static String batch(byte magic, CompressionType type, TimestampType time, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
    Compression compression = Compression.of(type).build();
    try (MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, magic, compression, time, 100L, TIME + 5)) {
      for (int i = 0; i < count; i++) {
        byte[] key = i % 5 == 1 ? null : ("key " + i).getBytes(StandardCharsets.UTF_8);
        byte[] value = i % 5 == 2 ? null : ("value " + i + " " + "ab".repeat(i)).getBytes(StandardCharsets.UTF_8);
        Header[] headers = magic < 2 || i % 5 != 3 ? new Header[0] : new Header[] {new RecordHeader("h", "x".getBytes())};
        builder.append(magic == 0 ? RecordBatch.NO_TIMESTAMP : TIME + i, key, value, headers);
      }
      return "{ \"magic\": %d, \"codec\": \"%s\", \"time\": \"%s\", \"count\": %d, \"hex\": \"%s\" }".formatted(
          magic, type.name, time == TimestampType.CREATE_TIME ? "create" : "log-append", count, hex(builder.build().buffer()));
    }
  }

  static void read() {
    Scanner lines = new Scanner(System.in).useDelimiter("\n");
    while (lines.hasNext()) {
      StringBuilder out = new StringBuilder();
      for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(HEX.parseHex(lines.next().trim()))).batches()) {
        batch.ensureValid();
        out.append(batch.compressionType().name);
        for (org.apache.kafka.common.record.Record record : batch) {
          out.append(" ").append(record.offset()).append("@").append(record.timestamp());
          out.append(":").append(text(record.key())).append("=").append(text(record.value()));
          for (Header header : record.headers()) out.append(",").append(header.key()).append("=").append(text(ByteBuffer.wrap(header.value())));
        }
      }
      System.out.println(out);
    }
  }

  static String text(ByteBuffer bytes) {
    return bytes == null ? "null" : hex(bytes);
  }

  static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return HEX.formatHex(copy);
  }
}
