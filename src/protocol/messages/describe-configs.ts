import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, string } from '../schema.ts'

/** Reads the configuration of resources. For a broker's or its loggers' ask that broker. */
export const DescribeConfigs = api(
  32,
  'DescribeConfigs',
  { versions: [1, 4], flexible: 4, route: 'any' },
  {
    resources: array({
      /** 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
      resourceType: int8,
      resourceName: string,
      /** Null for all. */
      configurationKeys: array(string).nullable(),
    }),
    includeSynonyms: bool.default(false),
    includeDocumentation: bool.since(3),
  },
  {
    throttleTimeMs: int32,
    results: array({
      errorCode,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        /** Null for what is sensitive. */
        value: string.nullable(),
        readOnly: bool,
        /**
         * 1 the topic, 2 this broker, 3 the default of all brokers, 4 the broker's file, 5 the built-in default, 6 a
         * logger, 7 client metrics, 8 the group.
         */
        configSource: int8.default(-1).ignorable(),
        isSensitive: bool,
        /** Every place where it is set, the strongest first. */
        synonyms: array({
          name: string,
          value: string.nullable(),
          source: int8,
        }).ignorable(),
        /** 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password. */
        configType: int8.since(3).ignorable(),
        documentation: string.since(3).nullable().ignorable(),
      }),
    }),
  },
)
