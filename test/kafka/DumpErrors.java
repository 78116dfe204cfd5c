import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Prints Kafka's error codes, one a line: code, name, whether it is retriable, whether it is about metadata. */
public class DumpErrors {
  public static void main(String[] args) {
    for (Errors error : Errors.values()) {
      var exception = error.exception();
      System.out.println(error.code() + " " + error + " " + (exception instanceof RetriableException) + " "
          + (exception instanceof InvalidMetadataException));
    }
  }
}
