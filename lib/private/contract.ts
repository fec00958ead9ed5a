// Generated from contract/contract.json by `npm run contract`. Do not edit.

/** What the constructs and the runtime agree on: environment variables, tables, metrics and the configuration schema. */
export const CONTRACT = {
  "version": 1,
  "environment": {
    "configuration": {
      "name": "RESILIENCE_CONFIG",
      "description": "JSON document of the schema under \"configuration\": what the stack declares and the runtime enforces."
    },
    "circuitTable": {
      "name": "RESILIENCE_CIRCUIT_TABLE",
      "description": "Name of the DynamoDB table that holds circuit state."
    },
    "rateLimitTable": {
      "name": "RESILIENCE_RATE_LIMIT_TABLE",
      "description": "Name of the DynamoDB table that holds rate limits."
    }
  },
  "tables": {
    "circuit": {
      "partitionKey": "id",
      "timeToLiveAttribute": "expiresAt",
      "timeToLiveDays": 7,
      "keyPrefix": "circuit",
      "actions": [
        "dynamodb:GetItem",
        "dynamodb:UpdateItem"
      ]
    },
    "rateLimit": {
      "partitionKey": "id",
      "timeToLiveAttribute": "expiresAt",
      "timeToLiveDays": 1,
      "keyPrefix": "limit",
      "actions": [
        "dynamodb:GetItem",
        "dynamodb:UpdateItem"
      ]
    }
  },
  "metrics": {
    "namespace": "ResilientLambda",
    "circuitBreaker": {
      "dimensions": [
        "service",
        "circuit"
      ],
      "names": {
        "state": {
          "name": "CircuitState",
          "unit": "None",
          "description": "State after a transition: 0 closed, 1 open, 2 half-open."
        },
        "opened": {
          "name": "CircuitOpened",
          "unit": "Count",
          "description": "Transitions to open, counted once by the environment that made them."
        },
        "halfOpened": {
          "name": "CircuitHalfOpened",
          "unit": "Count",
          "description": "Transitions from open to half-open."
        },
        "closed": {
          "name": "CircuitClosed",
          "unit": "Count",
          "description": "Transitions from half-open to closed."
        },
        "failures": {
          "name": "CircuitFailures",
          "unit": "Count",
          "description": "Protected calls that ended in a failure that counts."
        },
        "refused": {
          "name": "CircuitRefused",
          "unit": "Count",
          "description": "Calls refused because the circuit was open."
        }
      }
    },
    "rateLimit": {
      "dimensions": [
        "service",
        "limit"
      ],
      "names": {
        "admitted": {
          "name": "RateLimitAdmitted",
          "unit": "Count",
          "description": "Calls that a rate limit admitted."
        },
        "refused": {
          "name": "RateLimitRefused",
          "unit": "Count",
          "description": "Calls refused because a rate limit was reached."
        },
        "wouldRefuse": {
          "name": "RateLimitWouldRefuse",
          "unit": "Count",
          "description": "Calls that a rate limit in a dry run let pass although it was reached."
        },
        "near": {
          "name": "RateLimitNear",
          "unit": "Count",
          "description": "Keys that used up the share of their limit from which on it is reported."
        },
        "degraded": {
          "name": "RateLimitDegraded",
          "unit": "Count",
          "description": "Calls that were decided without the table because it did not answer."
        },
        "splits": {
          "name": "RateLimitSplit",
          "unit": "Count",
          "description": "Times that a busy key was split into more parts."
        }
      }
    },
    "store": {
      "dimensions": [
        "service",
        "table"
      ],
      "names": {
        "errors": {
          "name": "StoreErrors",
          "unit": "Count",
          "description": "Requests to a state table that failed or were not made because the table had just failed."
        }
      }
    }
  },
  "configuration": {
    "name": {
      "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
      "rule": "1 to 64 letters, digits, hyphens or underscores, starting with a letter"
    },
    "maximumCircuits": 50,
    "circuit": {
      "enabled": {
        "type": "boolean",
        "default": true,
        "description": "Whether the circuit protects anything; switched off, every call passes and nothing is counted."
      },
      "shared": {
        "type": "boolean",
        "default": true,
        "description": "Whether the circuit is shared by the fleet through DynamoDB; otherwise each environment keeps its own."
      },
      "perTenant": {
        "type": "boolean",
        "default": false,
        "description": "Whether every tenant has a circuit of its own."
      },
      "perOperation": {
        "type": "boolean",
        "default": false,
        "description": "Whether every operation has a circuit of its own."
      },
      "maxKeys": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000,
        "default": 1000,
        "description": "Circuits of tenants and operations that an environment keeps at most; an open one is never given up."
      },
      "failureThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "default": 5,
        "description": "Consecutive failures that open the circuit."
      },
      "failureRateThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.5,
        "description": "Share of failed calls in the window that opens the circuit."
      },
      "minimumCalls": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 10,
        "description": "Calls the window must hold before the failure rate may open the circuit."
      },
      "slowCallDuration": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 0,
        "description": "Time from which a call that succeeds is slow; 0 means that no call is."
      },
      "slowCallRateThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 1,
        "description": "Share of slow calls that opens the circuit; slow and failed calls add up in proportion to their thresholds."
      },
      "windowDuration": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 10000,
        "description": "Length of the sliding window."
      },
      "windowSize": {
        "type": "integer",
        "minimum": 0,
        "maximum": 1000,
        "default": 0,
        "description": "Number of latest calls that the own window of an environment holds, in place of a duration; 0 means that it goes by time."
      },
      "adaptive": {
        "type": "boolean",
        "default": false,
        "description": "Whether the thresholds of shares rise above the share of failures that has long been usual."
      },
      "openDuration": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 3600000,
        "defaultMs": 60000,
        "description": "Time spent open before the first probe; up to a tenth is added as jitter."
      },
      "openDurationGrowth": {
        "type": "number",
        "minimum": 1,
        "maximum": 10,
        "default": 1.5,
        "description": "Factor by which every failed probe lengthens the next open period."
      },
      "maxOpenDuration": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 3600000,
        "defaultMs": 300000,
        "description": "Longest open period; one below the open duration has no effect."
      },
      "halfOpenMaxCalls": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10,
        "default": 3,
        "description": "Probes in flight at once across the whole fleet while half-open."
      },
      "successThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 3,
        "description": "Successful probes that close the circuit."
      },
      "halfOpenMaxDuration": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 60000,
        "description": "Time after which a half-open circuit that has not decided starts its probes anew."
      },
      "rampDuration": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 600000,
        "defaultMs": 5000,
        "description": "Time in which traffic rises again after the circuit has closed; fleets of up to ten environments are not held back."
      },
      "probeLease": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 900000,
        "defaultMs": 30000,
        "description": "Longest time a probe may hold its place; the deadline of the invocation shortens it."
      },
      "syncInterval": {
        "type": "duration",
        "minimumMs": 250,
        "maximumMs": 300000,
        "defaultMs": 10000,
        "description": "How often an environment asks for the fleet's state while nothing fails."
      }
    },
    "maximumRateLimits": 50,
    "maximumRulesPerKey": 4,
    "limitKeyParts": [
      "tenant",
      "user",
      "ip",
      "operation",
      "method",
      "path"
    ],
    "limitRule": {
      "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000000000,
        "default": 1,
        "description": "Tokens per period."
      },
      "period": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 2678400000,
        "defaultMs": 1000,
        "description": "Length of the period."
      },
      "burst": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000000000,
        "default": 1,
        "description": "Tokens that an unused token bucket holds; the limit unless set."
      }
    },
    "rateLimit": {
      "enabled": {
        "type": "boolean",
        "default": true,
        "description": "Whether anything is limited; switched off, every call passes and nothing is counted."
      },
      "shared": {
        "type": "boolean",
        "default": true,
        "description": "Whether the limits are shared by the fleet through DynamoDB; otherwise each environment has its own."
      },
      "strategy": {
        "type": "choice",
        "values": [
          "token-bucket",
          "sliding-window",
          "fixed-window"
        ],
        "default": "token-bucket",
        "description": "How the limits count: a bucket that refills steadily, or windows aligned to the epoch."
      },
      "hashKeys": {
        "type": "boolean",
        "default": false,
        "description": "Whether keys are stored as SHA-256, so that the table names no tenant, user or address."
      },
      "onStoreFailure": {
        "type": "choice",
        "values": [
          "local",
          "allow",
          "deny"
        ],
        "default": "local",
        "description": "What happens to calls while the table does not answer; local is the share of the limit that this environment used before."
      },
      "dryRun": {
        "type": "boolean",
        "default": false,
        "description": "Whether calls that are over a limit are only counted and reported, never refused."
      },
      "skipSuccessful": {
        "type": "boolean",
        "default": false,
        "description": "Whether calls that succeed give their tokens back."
      },
      "skipFailed": {
        "type": "boolean",
        "default": false,
        "description": "Whether calls that fail give their tokens back."
      },
      "warnAt": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0,
        "description": "Share of a limit from which on its use is reported; 0 means that it is not."
      },
      "maxLease": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 10000,
        "defaultMs": 2000,
        "description": "Longest time for which an environment takes tokens ahead; 0 means never."
      },
      "maxWait": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 0,
        "description": "Longest time that a call waits for a token; the deadline of the invocation shortens it."
      },
      "clockSkew": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 1000,
        "defaultMs": 1,
        "description": "By how much the clocks of two environments may differ: bursts are smaller by what it is worth."
      },
      "maxKeys": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 5000,
        "description": "Keys that an environment remembers at most."
      },
      "maxShards": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64,
        "default": 32,
        "description": "Parts into which a busy key is split at most; a power of two."
      }
    }
  }
} as const;
