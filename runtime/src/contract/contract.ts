// Generated from contract/contract.json by `npm run contract`. Do not edit.

/** What the constructs and the runtime agree on: environment variables, tables, metrics and the configuration schema. */
export const CONTRACT = {
  "version": 1,
  "environment": {
    "configuration": {
      "name": "RESILIENCE_CONFIG"
    },
    "circuitTable": {
      "name": "RESILIENCE_CIRCUIT_TABLE"
    },
    "rateLimitTable": {
      "name": "RESILIENCE_RATE_LIMIT_TABLE"
    },
    "bulkheadTable": {
      "name": "RESILIENCE_BULKHEAD_TABLE"
    },
    "dynamicConfiguration": {
      "name": "RESILIENCE_DYNAMIC_CONFIG"
    }
  },
  "overrides": {
    "circuitBreakerEnabled": {
      "name": "CIRCUIT_BREAKER_ENABLED",
      "section": "circuits",
      "option": "enabled",
      "type": "boolean"
    },
    "circuitBreakerFailureThreshold": {
      "name": "CIRCUIT_BREAKER_FAILURE_THRESHOLD",
      "section": "circuits",
      "option": "failureThreshold",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000
    },
    "circuitBreakerTimeout": {
      "name": "CIRCUIT_BREAKER_TIMEOUT",
      "section": "circuits",
      "option": "openDurationMs",
      "type": "seconds",
      "minimum": 0.1,
      "maximum": 3600
    },
    "bulkheadEnabled": {
      "name": "BULKHEAD_ENABLED",
      "section": "bulkheads",
      "option": "enabled",
      "type": "boolean"
    },
    "bulkheadMaxConcurrent": {
      "name": "BULKHEAD_MAX_CONCURRENT",
      "section": "bulkheads",
      "option": "maxConcurrent",
      "type": "integer",
      "minimum": 1,
      "maximum": 100000
    },
    "retryEnabled": {
      "name": "RETRY_ENABLED",
      "section": "retry",
      "option": "enabled",
      "type": "boolean"
    },
    "retryMaxAttempts": {
      "name": "RETRY_MAX_ATTEMPTS",
      "section": "retry",
      "option": "maxAttempts",
      "type": "integer",
      "minimum": 1,
      "maximum": 100
    },
    "retryInitialDelay": {
      "name": "RETRY_INITIAL_DELAY",
      "section": "retry",
      "option": "initialDelayMs",
      "type": "seconds",
      "minimum": 0,
      "maximum": 900
    },
    "healthCheckEnabled": {
      "name": "HEALTH_CHECK_ENABLED",
      "section": "health",
      "option": "enabled",
      "type": "boolean"
    },
    "healthCheckInterval": {
      "name": "HEALTH_CHECK_INTERVAL",
      "section": "health",
      "option": "intervalMs",
      "type": "seconds",
      "minimum": 0,
      "maximum": 3600
    }
  },
  "tables": {
    "circuit": {
      "partitionKey": "id",
      "timeToLiveAttribute": "expiresAt",
      "timeToLiveDays": 7,
      "keyPrefix": "circuit",
      "attributes": {
        "phase": "phase",
        "generation": "generation",
        "control": "control"
      },
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
    },
    "bulkhead": {
      "partitionKey": "id",
      "timeToLiveAttribute": "expiresAt",
      "timeToLiveDays": 1,
      "keyPrefix": "bulkhead",
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
          "kind": "gauge",
          "level": "essential"
        },
        "opened": {
          "name": "CircuitOpened",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "halfOpened": {
          "name": "CircuitHalfOpened",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "closed": {
          "name": "CircuitClosed",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "failures": {
          "name": "CircuitFailures",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "refused": {
          "name": "CircuitRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "successes": {
          "name": "CircuitSuccesses",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "fallbacks": {
          "name": "CircuitFallbacks",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "callDuration": {
          "name": "CircuitCallDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
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
          "kind": "counter",
          "level": "detailed"
        },
        "refused": {
          "name": "RateLimitRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "wouldRefuse": {
          "name": "RateLimitWouldRefuse",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "near": {
          "name": "RateLimitNear",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "degraded": {
          "name": "RateLimitDegraded",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "splits": {
          "name": "RateLimitSplit",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        }
      }
    },
    "bulkhead": {
      "dimensions": [
        "service",
        "bulkhead"
      ],
      "names": {
        "refused": {
          "name": "BulkheadRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "usage": {
          "name": "BulkheadUsage",
          "unit": "Count",
          "kind": "gauge",
          "level": "essential"
        },
        "capacity": {
          "name": "BulkheadCapacity",
          "unit": "Count",
          "kind": "gauge",
          "level": "essential"
        },
        "waitDuration": {
          "name": "BulkheadWaitDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "essential"
        },
        "reclaimed": {
          "name": "BulkheadReclaimed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "degraded": {
          "name": "BulkheadDegraded",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "acquired": {
          "name": "BulkheadAcquired",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "completed": {
          "name": "BulkheadCompleted",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "callDuration": {
          "name": "BulkheadCallDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        },
        "queued": {
          "name": "BulkheadQueued",
          "unit": "Count",
          "kind": "gauge",
          "level": "detailed"
        },
        "resized": {
          "name": "BulkheadResized",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        }
      }
    },
    "loadShedding": {
      "dimensions": [
        "service"
      ],
      "names": {
        "shed": {
          "name": "RequestsShed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "wouldShed": {
          "name": "RequestsWouldShed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "rate": {
          "name": "SheddingRate",
          "unit": "None",
          "kind": "gauge",
          "level": "essential"
        },
        "score": {
          "name": "LoadScore",
          "unit": "None",
          "kind": "gauge",
          "level": "detailed"
        }
      }
    },
    "loadSheddingPriority": {
      "dimensions": [
        "service",
        "priority"
      ],
      "names": {
        "shed": {
          "name": "RequestsShedByPriority",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        }
      }
    },
    "timeout": {
      "dimensions": [
        "service"
      ],
      "names": {
        "expired": {
          "name": "TimeoutExpired",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "refused": {
          "name": "TimeoutRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "ignored": {
          "name": "TimeoutIgnored",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "late": {
          "name": "TimeoutLate",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "limit": {
          "name": "TimeoutLimit",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        }
      }
    },
    "retry": {
      "dimensions": [
        "service",
        "retry"
      ],
      "names": {
        "attempts": {
          "name": "RetryAttempts",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "exhausted": {
          "name": "RetryExhausted",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "succeeded": {
          "name": "RetrySucceeded",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "delay": {
          "name": "RetryDelay",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        }
      }
    },
    "client": {
      "dimensions": [
        "service",
        "dependency"
      ],
      "names": {
        "requests": {
          "name": "ClientRequests",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "errors": {
          "name": "ClientErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "latency": {
          "name": "ClientLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "essential"
        },
        "fallbacks": {
          "name": "ClientFallbacks",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "unhealthyUsed": {
          "name": "ClientUnhealthyUsed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "attemptLatency": {
          "name": "ClientAttemptLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        },
        "hedged": {
          "name": "ClientHedged",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "ejected": {
          "name": "ClientEndpointsEjected",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
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
          "kind": "counter",
          "level": "essential"
        }
      }
    },
    "healthCheck": {
      "dimensions": [
        "service",
        "check"
      ],
      "names": {
        "failures": {
          "name": "HealthCheckFailures",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "checks": {
          "name": "HealthChecks",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "duration": {
          "name": "HealthCheckDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        }
      }
    },
    "healthEndpoint": {
      "dimensions": [
        "service",
        "endpoint"
      ],
      "names": {
        "answers": {
          "name": "HealthAnswers",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "notOk": {
          "name": "HealthAnswersNotOk",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "duration": {
          "name": "HealthAnswerDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        }
      }
    },
    "request": {
      "dimensions": [
        "service"
      ],
      "names": {
        "requests": {
          "name": "Requests",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "errors": {
          "name": "RequestErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "rejected": {
          "name": "RequestsRejected",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "latency": {
          "name": "RequestLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "essential"
        },
        "active": {
          "name": "ActiveRequests",
          "unit": "Count",
          "kind": "gauge",
          "level": "detailed"
        },
        "responseSize": {
          "name": "ResponseSize",
          "unit": "Bytes",
          "kind": "histogram",
          "level": "detailed"
        },
        "coldStarts": {
          "name": "ColdStarts",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        }
      }
    },
    "operation": {
      "dimensions": [
        "service",
        "operation"
      ],
      "names": {
        "requests": {
          "name": "OperationRequests",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "errors": {
          "name": "OperationErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        },
        "latency": {
          "name": "OperationLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed"
        }
      }
    },
    "errorType": {
      "dimensions": [
        "service",
        "errorType"
      ],
      "names": {
        "errors": {
          "name": "ErrorsByType",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed"
        }
      }
    },
    "pipeline": {
      "dimensions": [
        "service"
      ],
      "names": {
        "errors": {
          "name": "ObservabilityErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        },
        "folded": {
          "name": "ObservabilityFolded",
          "unit": "Count",
          "kind": "counter",
          "level": "essential"
        }
      }
    }
  },
  "logs": {
    "circuit.created": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "circuit created",
      "fields": [
        "failureThreshold",
        "openDurationMs",
        "shared"
      ]
    },
    "circuit.opened": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 0,
      "message": "circuit opened",
      "fields": [
        "from",
        "to",
        "failures",
        "failureRate",
        "generation",
        "shared",
        "atMs"
      ]
    },
    "circuit.half_opened": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "circuit is being probed",
      "fields": [
        "from",
        "to",
        "generation",
        "shared",
        "atMs"
      ]
    },
    "circuit.closed": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "circuit closed",
      "fields": [
        "from",
        "to",
        "generation",
        "shared",
        "atMs"
      ]
    },
    "circuit.refused": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call refused, the circuit is open",
      "fields": [
        "retryAfterMs",
        "tenant",
        "operation"
      ]
    },
    "circuit.fallback": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call answered by the fallback",
      "fields": [
        "phase",
        "tenant",
        "operation"
      ]
    },
    "circuit.failure": {
      "level": "error",
      "detail": "detailed",
      "intervalMs": 1000,
      "message": "protected call failed",
      "fields": [
        "phase",
        "durationMs",
        "tenant",
        "operation",
        "errorType"
      ]
    },
    "circuit.success": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "protected call succeeded",
      "fields": [
        "phase",
        "durationMs",
        "tenant",
        "operation"
      ]
    },
    "circuit.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of the circuit failed",
      "fields": [
        "error"
      ]
    },
    "limit.refused": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call refused, the limit is reached",
      "fields": [
        "limit",
        "remaining",
        "resetAtMs",
        "retryAfterMs"
      ]
    },
    "limit.would_refuse": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call would have been refused, the limit is reached",
      "fields": [
        "limit",
        "remaining",
        "resetAtMs",
        "retryAfterMs"
      ]
    },
    "limit.near": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 1000,
      "message": "limit is nearly used up for a key",
      "fields": [
        "key",
        "limit",
        "remaining",
        "resetAtMs"
      ]
    },
    "limit.degraded": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "limit is decided without its table",
      "fields": [
        "decision"
      ]
    },
    "limit.split": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "limit was split, because a key is busy",
      "fields": [
        "key",
        "shards"
      ]
    },
    "limit.changed": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "limit was changed for a key",
      "fields": [
        "key",
        "change"
      ]
    },
    "limit.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of the limit failed",
      "fields": [
        "error"
      ]
    },
    "bulkhead.created": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "bulkhead created",
      "fields": [
        "maxConcurrent",
        "queueSize",
        "shared"
      ]
    },
    "bulkhead.refused": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call refused, the bulkhead is full",
      "fields": [
        "reason",
        "scope",
        "waitMs",
        "active",
        "capacity",
        "queued",
        "priority",
        "retryAfterMs",
        "tenant",
        "operation"
      ]
    },
    "bulkhead.completed": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "call gave its slot back",
      "fields": [
        "durationMs",
        "waitMs",
        "active",
        "capacity",
        "failed",
        "priority",
        "tenant",
        "operation"
      ]
    },
    "bulkhead.reclaimed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "slots that nobody gave back are free again",
      "fields": [
        "leases"
      ]
    },
    "bulkhead.degraded": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "bulkhead is decided without its table",
      "fields": [
        "decision"
      ]
    },
    "bulkhead.resized": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "bulkhead has another number of slots",
      "fields": [
        "from",
        "to"
      ]
    },
    "bulkhead.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of the bulkhead failed",
      "fields": [
        "error"
      ]
    },
    "shedding.refused": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 1000,
      "message": "request shed",
      "fields": [
        "reason",
        "priority",
        "strategy",
        "rate",
        "score",
        "retryAfterMs",
        "ageMs",
        "active"
      ]
    },
    "shedding.would_refuse": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 1000,
      "message": "request would have been shed",
      "fields": [
        "reason",
        "priority",
        "strategy",
        "rate",
        "score",
        "retryAfterMs",
        "ageMs",
        "active"
      ]
    },
    "shedding.started": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 0,
      "message": "shedding of requests has begun",
      "fields": [
        "rate",
        "score",
        "signals",
        "strategy"
      ]
    },
    "shedding.ended": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "shedding of requests has ended",
      "fields": [
        "rate",
        "score",
        "strategy"
      ]
    },
    "shedding.completed": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "admitted request ended",
      "fields": [
        "priority",
        "strategy",
        "durationMs",
        "failed",
        "active"
      ]
    },
    "shedding.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of load shedding failed",
      "fields": [
        "error"
      ]
    },
    "throttle.refused": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 1000,
      "message": "call refused, its dependency fails too often",
      "fields": [
        "rate",
        "retryAfterMs"
      ]
    },
    "timeout.expired": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call cut short, its time is over",
      "fields": [
        "limitMs",
        "ignored",
        "priority",
        "tenant",
        "operation"
      ]
    },
    "timeout.completed": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "call ended in time",
      "fields": [
        "limitMs",
        "durationMs",
        "operation"
      ]
    },
    "timeout.late": {
      "level": "warn",
      "detail": "detailed",
      "intervalMs": 10000,
      "message": "result came too late and was dropped",
      "fields": [
        "durationMs",
        "outcome"
      ]
    },
    "timeout.refused": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call not begun, too little time is left",
      "fields": [
        "remainingMs"
      ]
    },
    "timeout.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of the timeout failed",
      "fields": [
        "error"
      ]
    },
    "retry.scheduled": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "attempt failed, another one follows",
      "fields": [
        "attempt",
        "maxAttempts",
        "delayMs",
        "errorType",
        "durationMs"
      ]
    },
    "retry.succeeded": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call succeeded after it had failed",
      "fields": [
        "attempts",
        "totalDelayMs",
        "durationMs"
      ]
    },
    "retry.exhausted": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "call failed, and is not tried again any more",
      "fields": [
        "attempts",
        "maxAttempts",
        "reason",
        "totalDelayMs",
        "durationMs",
        "errorType"
      ]
    },
    "retry.given_up": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "call failed, and trying again is no use",
      "fields": [
        "attempts",
        "errorType"
      ]
    },
    "retry.completed": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "call ended with all its attempts",
      "fields": [
        "attempts",
        "durationMs",
        "totalDelayMs",
        "result"
      ]
    },
    "retry.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of the retry failed",
      "fields": [
        "error"
      ]
    },
    "client.created": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "client created",
      "fields": [
        "from",
        "endpoints",
        "balancing",
        "timeoutMs",
        "attemptTimeoutMs",
        "maxAttempts",
        "circuit",
        "bulkhead"
      ]
    },
    "client.endpoints_found": {
      "level": "debug",
      "detail": "essential",
      "intervalMs": 0,
      "message": "endpoints found",
      "fields": [
        "endpoints",
        "added",
        "removed"
      ]
    },
    "client.request": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "call of a dependency ended",
      "fields": [
        "method",
        "status",
        "durationMs",
        "attempts",
        "endpoint"
      ]
    },
    "client.fallback": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "something else answered for a dependency",
      "fields": [
        "kind"
      ]
    },
    "client.hedged": {
      "level": "debug",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "call was sent a second time",
      "fields": [
        "method",
        "won"
      ]
    },
    "client.endpoint_unhealthy": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 0,
      "message": "endpoint is not healthy",
      "fields": [
        "endpoint",
        "from",
        "to",
        "score"
      ]
    },
    "client.endpoint_healthy": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "endpoint is healthy again",
      "fields": [
        "endpoint",
        "from",
        "to",
        "score"
      ]
    },
    "client.unhealthy_used": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "unhealthy endpoint used, there are too few others",
      "fields": [
        "endpoint",
        "status"
      ]
    },
    "client.discovery_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "endpoints cannot be asked for, the last known ones go on",
      "fields": [
        "error"
      ]
    },
    "store.error": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "state table does not answer, deciding locally",
      "fields": [
        "reason",
        "error"
      ]
    },
    "configuration.changed": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "another configuration serves from now on",
      "fields": [
        "changed"
      ]
    },
    "configuration.refused": {
      "level": "error",
      "detail": "essential",
      "intervalMs": 0,
      "message": "configuration cannot be used, the last good one goes on",
      "fields": [
        "error"
      ]
    },
    "configuration.unavailable": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "configuration cannot be asked for, the last good one goes on",
      "fields": [
        "error"
      ]
    },
    "health.check_failed": {
      "level": "error",
      "detail": "essential",
      "intervalMs": 10000,
      "message": "health check failed",
      "fields": [
        "durationMs",
        "failures",
        "required",
        "reason"
      ]
    },
    "health.unhealthy": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 0,
      "message": "dependency is not healthy",
      "fields": [
        "from",
        "to"
      ]
    },
    "health.healthy": {
      "level": "info",
      "detail": "essential",
      "intervalMs": 0,
      "message": "dependency is healthy again",
      "fields": [
        "from",
        "to"
      ]
    },
    "health.callback_failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "callback of the health check failed",
      "fields": [
        "error"
      ]
    },
    "request.failed": {
      "level": "error",
      "detail": "essential",
      "intervalMs": 0,
      "message": "request failed",
      "fields": [
        "method",
        "route",
        "statusCode",
        "durationMs",
        "error",
        "request",
        "response"
      ]
    },
    "request.completed": {
      "level": "info",
      "detail": "detailed",
      "intervalMs": 0,
      "message": "request completed",
      "fields": [
        "method",
        "route",
        "statusCode",
        "durationMs",
        "request",
        "response"
      ]
    },
    "observability.failed": {
      "level": "warn",
      "detail": "essential",
      "intervalMs": 60000,
      "message": "part of the observability failed, requests are not touched",
      "fields": [
        "error"
      ]
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
        "default": true
      },
      "shared": {
        "type": "boolean",
        "default": true
      },
      "inbound": {
        "type": "boolean",
        "default": false
      },
      "perTenant": {
        "type": "boolean",
        "default": false
      },
      "perOperation": {
        "type": "boolean",
        "default": false
      },
      "maxKeys": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000,
        "default": 1000
      },
      "failureThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "default": 5
      },
      "failureRateThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.5
      },
      "minimumCalls": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 10
      },
      "slowCallDuration": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 0
      },
      "slowCallRateThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 1
      },
      "windowDuration": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 10000
      },
      "windowSize": {
        "type": "integer",
        "minimum": 0,
        "maximum": 1000,
        "default": 0
      },
      "adaptive": {
        "type": "boolean",
        "default": false
      },
      "openDuration": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 3600000,
        "defaultMs": 60000
      },
      "openDurationGrowth": {
        "type": "number",
        "minimum": 1,
        "maximum": 10,
        "default": 1.5
      },
      "maxOpenDuration": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 3600000,
        "defaultMs": 300000
      },
      "halfOpenMaxCalls": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10,
        "default": 3
      },
      "successThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 3
      },
      "halfOpenMaxDuration": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 60000
      },
      "rampDuration": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 600000,
        "defaultMs": 5000
      },
      "probeLease": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 900000,
        "defaultMs": 30000
      },
      "syncInterval": {
        "type": "duration",
        "minimumMs": 250,
        "maximumMs": 300000,
        "defaultMs": 10000
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
        "default": 1
      },
      "period": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 2678400000,
        "defaultMs": 1000
      },
      "burst": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000000000,
        "default": 1
      }
    },
    "rateLimit": {
      "enabled": {
        "type": "boolean",
        "default": true
      },
      "shared": {
        "type": "boolean",
        "default": true
      },
      "inbound": {
        "type": "boolean",
        "default": true
      },
      "strategy": {
        "type": "choice",
        "values": [
          "token-bucket",
          "sliding-window",
          "fixed-window"
        ],
        "default": "token-bucket"
      },
      "hashKeys": {
        "type": "boolean",
        "default": false
      },
      "onStoreFailure": {
        "type": "choice",
        "values": [
          "local",
          "allow",
          "deny"
        ],
        "default": "local"
      },
      "dryRun": {
        "type": "boolean",
        "default": false
      },
      "skipSuccessful": {
        "type": "boolean",
        "default": false
      },
      "skipFailed": {
        "type": "boolean",
        "default": false
      },
      "warnAt": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0
      },
      "maxLease": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 10000,
        "defaultMs": 2000
      },
      "maxWait": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 0
      },
      "clockSkew": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 1000,
        "defaultMs": 1
      },
      "maxKeys": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 5000
      },
      "maxShards": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64,
        "default": 32
      }
    },
    "observability": {
      "logging": {
        "type": "boolean",
        "default": true
      },
      "metrics": {
        "type": "boolean",
        "default": true
      },
      "tracing": {
        "type": "boolean",
        "default": false
      },
      "level": {
        "type": "choice",
        "values": [
          "essential",
          "detailed"
        ],
        "default": "essential"
      },
      "sampleRate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 1
      },
      "logRequestBody": {
        "type": "boolean",
        "default": false
      },
      "logResponseBody": {
        "type": "boolean",
        "default": false
      },
      "maxBodyLogBytes": {
        "type": "integer",
        "minimum": 64,
        "maximum": 65536,
        "default": 1024
      },
      "maxDimensionValues": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "default": 50
      },
      "gaugeInterval": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 60000
      }
    },
    "maximumBulkheads": 50,
    "bulkhead": {
      "enabled": {
        "type": "boolean",
        "default": true
      },
      "shared": {
        "type": "boolean",
        "default": true
      },
      "inbound": {
        "type": "boolean",
        "default": false
      },
      "maxConcurrent": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 10
      },
      "queueSize": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000,
        "default": 5
      },
      "maxWait": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 5000
      },
      "perTenant": {
        "type": "boolean",
        "default": false
      },
      "defaultTenantLimit": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000,
        "default": 0
      },
      "perOperation": {
        "type": "boolean",
        "default": false
      },
      "defaultOperationLimit": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000,
        "default": 0
      },
      "borrow": {
        "type": "boolean",
        "default": false
      },
      "priority": {
        "type": "boolean",
        "default": false
      },
      "highPriorityThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10,
        "default": 8
      },
      "adaptive": {
        "type": "boolean",
        "default": false
      },
      "minConcurrent": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 1
      },
      "latencyThreshold": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 5000
      },
      "leaseDuration": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 900000,
        "defaultMs": 60000
      },
      "leaseMargin": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 60000,
        "defaultMs": 1000
      },
      "keepDuration": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 10000,
        "defaultMs": 1000
      },
      "onStoreFailure": {
        "type": "choice",
        "values": [
          "local",
          "allow",
          "deny"
        ],
        "default": "local"
      },
      "refusal": {
        "type": "choice",
        "values": [
          "too-many-requests",
          "service-unavailable"
        ],
        "default": "too-many-requests"
      },
      "shards": {
        "type": "integer",
        "minimum": 0,
        "maximum": 64,
        "default": 0
      },
      "maxKeys": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 1000
      }
    },
    "loadShedding": {
      "enabled": {
        "type": "boolean",
        "default": true
      },
      "strategy": {
        "type": "choice",
        "values": [
          "adaptive",
          "random",
          "priority",
          "circuit"
        ],
        "default": "adaptive"
      },
      "cpuThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.8
      },
      "memoryThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.85
      },
      "eventLoopThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.9
      },
      "latencyThreshold": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 5000
      },
      "errorRateThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.1
      },
      "maxInFlight": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000,
        "default": 0
      },
      "targetLatency": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 100
      },
      "adaptationRate": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.1
      },
      "minRate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0
      },
      "maxRate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.9
      },
      "hysteresis": {
        "type": "number",
        "minimum": 0,
        "maximum": 0.9,
        "default": 0.1
      },
      "sampleInterval": {
        "type": "duration",
        "minimumMs": 10,
        "maximumMs": 60000,
        "defaultMs": 1000
      },
      "metricsWindow": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 600000,
        "defaultMs": 30000
      },
      "samplingRate": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 1
      },
      "maxEventAge": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 86400000,
        "defaultMs": 0
      },
      "retryAfter": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 5000
      },
      "dryRun": {
        "type": "boolean",
        "default": false
      }
    },
    "bulkheadLimit": {
      "minimum": 1,
      "maximum": 100000
    },
    "priorities": [
      "critical",
      "high",
      "normal",
      "low",
      "background"
    ],
    "timeout": {
      "enabled": {
        "type": "boolean",
        "default": true
      },
      "timeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 30000
      },
      "calculator": {
        "type": "choice",
        "values": [
          "fixed",
          "adaptive",
          "priority",
          "load"
        ],
        "default": "fixed"
      },
      "minTimeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 100
      },
      "maxTimeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 900000
      },
      "margin": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 60000,
        "defaultMs": 500
      },
      "grace": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 30000,
        "defaultMs": 0
      },
      "answer": {
        "type": "choice",
        "values": [
          "gateway-timeout",
          "request-timeout"
        ],
        "default": "gateway-timeout"
      },
      "trustDeadline": {
        "type": "boolean",
        "default": false
      }
    },
    "timeoutLimit": {
      "minimumMs": 1,
      "maximumMs": 900000
    },
    "retry": {
      "enabled": {
        "type": "boolean",
        "default": true
      },
      "maxAttempts": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 3
      },
      "strategy": {
        "type": "choice",
        "values": [
          "exponential",
          "linear",
          "fixed"
        ],
        "default": "exponential"
      },
      "initialDelay": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 100
      },
      "maxDelay": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 5000
      },
      "multiplier": {
        "type": "number",
        "minimum": 1,
        "maximum": 10,
        "default": 2
      },
      "jitter": {
        "type": "choice",
        "values": [
          "full",
          "equal",
          "decorrelated",
          "ratio",
          "none"
        ],
        "default": "full"
      },
      "jitterRatio": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.5
      },
      "attemptTimeout": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 30000
      },
      "totalTimeout": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 300000
      },
      "idempotentOnly": {
        "type": "boolean",
        "default": true
      },
      "budget": {
        "type": "choice",
        "values": [
          "tokens",
          "ratio",
          "none"
        ],
        "default": "tokens"
      },
      "budgetTokens": {
        "type": "number",
        "minimum": 1,
        "maximum": 10000,
        "default": 10
      },
      "budgetRefill": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1
      },
      "budgetRatio": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.2
      }
    },
    "maximumDependencies": 50,
    "maximumEndpoints": 20,
    "baseUrl": {
      "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\s]+(/[^?#\\s]*)?$"
    },
    "dependencyProfiles": [
      "critical",
      "non-critical",
      "high-volume"
    ],
    "urlPath": {
      "pattern": "^(/[^?#\\s]*)?$"
    },
    "cloudMap": {
      "scheme": {
        "type": "choice",
        "values": [
          "http",
          "https"
        ],
        "default": "http"
      },
      "port": {
        "type": "integer",
        "minimum": 0,
        "maximum": 65535,
        "default": 0
      },
      "cache": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 3600000,
        "defaultMs": 5000
      },
      "maxStale": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 86400000,
        "defaultMs": 300000
      },
      "heartbeatLife": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 86400000,
        "defaultMs": 0
      }
    },
    "dependency": {
      "timeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 30000
      },
      "attemptTimeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 10000
      },
      "maxResponseBytes": {
        "type": "integer",
        "minimum": 0,
        "maximum": 1073741824,
        "default": 10485760
      },
      "balancing": {
        "type": "choice",
        "values": [
          "peak-ewma",
          "least-connections",
          "round-robin",
          "weighted",
          "local-first"
        ],
        "default": "peak-ewma"
      },
      "hedgeAfterQuantile": {
        "type": "number",
        "minimum": 0,
        "maximum": 0.999,
        "default": 0
      },
      "unhealthyThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 3
      },
      "healthyThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 2
      },
      "ejectionDuration": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 900000,
        "defaultMs": 30000
      },
      "maxEjectedShare": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.5
      },
      "slowStart": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 10000
      },
      "propagateDeadline": {
        "type": "boolean",
        "default": true
      },
      "staleIfError": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 86400000,
        "defaultMs": 0
      }
    }
  },
  "presets": {
    "circuit": {
      "basic": {
        "failureThreshold": 5,
        "failureRateThreshold": 0.5,
        "minimumCalls": 10,
        "windowDurationMs": 300000,
        "openDurationMs": 60000,
        "halfOpenMaxCalls": 3,
        "successThreshold": 3
      },
      "conservative": {
        "failureThreshold": 10,
        "failureRateThreshold": 0.7,
        "openDurationMs": 30000
      },
      "aggressive": {
        "failureThreshold": 3,
        "failureRateThreshold": 0.3,
        "openDurationMs": 120000
      }
    },
    "bulkhead": {
      "basic": {
        "maxWaitMs": 30000
      },
      "inbound": {
        "inbound": true,
        "maxConcurrent": 100,
        "queueSize": 50
      },
      "highThroughput": {
        "maxConcurrent": 50,
        "queueSize": 20,
        "maxWaitMs": 10000
      },
      "resourceConstrained": {
        "maxConcurrent": 5,
        "queueSize": 2,
        "maxWaitMs": 2000
      }
    },
    "retry": {
      "basic": {
        "maxDelayMs": 30000,
        "jitter": "ratio",
        "jitterRatio": 0.1
      },
      "database": {
        "initialDelayMs": 50,
        "maxDelayMs": 5000,
        "multiplier": 1.5
      },
      "transientErrors": {
        "maxAttempts": 5,
        "initialDelayMs": 50,
        "multiplier": 1.5
      },
      "slowServices": {
        "maxAttempts": 3,
        "initialDelayMs": 500,
        "multiplier": 2,
        "maxDelayMs": 10000
      }
    }
  }
} as const;
