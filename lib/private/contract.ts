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
    },
    "bulkheadTable": {
      "name": "RESILIENCE_BULKHEAD_TABLE",
      "description": "Name of the DynamoDB table that holds bulkhead leases."
    },
    "dynamicConfiguration": {
      "name": "RESILIENCE_DYNAMIC_CONFIG",
      "description": "Where AppConfig keeps the configuration: application, environment and profile joined by slashes, by id, or the environment by name where it watches alarms."
    }
  },
  "overrides": {
    "circuitBreakerEnabled": {
      "name": "CIRCUIT_BREAKER_ENABLED",
      "section": "circuits",
      "option": "enabled",
      "type": "boolean",
      "description": "Whether circuits protect anything."
    },
    "circuitBreakerFailureThreshold": {
      "name": "CIRCUIT_BREAKER_FAILURE_THRESHOLD",
      "section": "circuits",
      "option": "failureThreshold",
      "type": "integer",
      "minimum": 1,
      "maximum": 1000,
      "description": "Consecutive failures that open a circuit."
    },
    "circuitBreakerTimeout": {
      "name": "CIRCUIT_BREAKER_TIMEOUT",
      "section": "circuits",
      "option": "openDurationMs",
      "type": "seconds",
      "minimum": 0.1,
      "maximum": 3600,
      "description": "Time that a circuit spends open before the first probe, in seconds."
    },
    "bulkheadEnabled": {
      "name": "BULKHEAD_ENABLED",
      "section": "bulkheads",
      "option": "enabled",
      "type": "boolean",
      "description": "Whether bulkheads limit anything."
    },
    "bulkheadMaxConcurrent": {
      "name": "BULKHEAD_MAX_CONCURRENT",
      "section": "bulkheads",
      "option": "maxConcurrent",
      "type": "integer",
      "minimum": 1,
      "maximum": 100000,
      "description": "Calls that may run at the same time."
    },
    "retryEnabled": {
      "name": "RETRY_ENABLED",
      "section": "retry",
      "option": "enabled",
      "type": "boolean",
      "description": "Whether anything is tried again."
    },
    "retryMaxAttempts": {
      "name": "RETRY_MAX_ATTEMPTS",
      "section": "retry",
      "option": "maxAttempts",
      "type": "integer",
      "minimum": 1,
      "maximum": 100,
      "description": "Calls in all, the first one included."
    },
    "retryInitialDelay": {
      "name": "RETRY_INITIAL_DELAY",
      "section": "retry",
      "option": "initialDelayMs",
      "type": "seconds",
      "minimum": 0,
      "maximum": 900,
      "description": "Wait before the second call, in seconds."
    },
    "healthCheckEnabled": {
      "name": "HEALTH_CHECK_ENABLED",
      "section": "health",
      "option": "enabled",
      "type": "boolean",
      "description": "Whether resilience() answers health requests."
    },
    "healthCheckInterval": {
      "name": "HEALTH_CHECK_INTERVAL",
      "section": "health",
      "option": "intervalMs",
      "type": "seconds",
      "minimum": 0,
      "maximum": 3600,
      "description": "Age from which on the result of a check is refreshed, in seconds."
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
          "level": "essential",
          "description": "State as last seen: 0 closed, 1 open, 2 half-open."
        },
        "opened": {
          "name": "CircuitOpened",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Transitions to open, counted once by the environment that made them."
        },
        "halfOpened": {
          "name": "CircuitHalfOpened",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Transitions from open to half-open."
        },
        "closed": {
          "name": "CircuitClosed",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Transitions from half-open to closed."
        },
        "failures": {
          "name": "CircuitFailures",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Protected calls that ended in a failure that counts."
        },
        "refused": {
          "name": "CircuitRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls refused because the circuit was open."
        },
        "successes": {
          "name": "CircuitSuccesses",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Protected calls that ended well."
        },
        "fallbacks": {
          "name": "CircuitFallbacks",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Refused calls that a fallback answered."
        },
        "callDuration": {
          "name": "CircuitCallDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that a protected call took; refused calls are left out."
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
          "level": "detailed",
          "description": "Calls that a rate limit admitted."
        },
        "refused": {
          "name": "RateLimitRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls refused because a rate limit was reached."
        },
        "wouldRefuse": {
          "name": "RateLimitWouldRefuse",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls that a rate limit in a dry run let pass although it was reached."
        },
        "near": {
          "name": "RateLimitNear",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Keys that used up the share of their limit from which on it is reported."
        },
        "degraded": {
          "name": "RateLimitDegraded",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls that were decided without the table because it did not answer."
        },
        "splits": {
          "name": "RateLimitSplit",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Times that a busy key was split into more parts."
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
          "level": "essential",
          "description": "Calls that a bulkhead refused, at once or after they had waited."
        },
        "usage": {
          "name": "BulkheadUsage",
          "unit": "Count",
          "kind": "gauge",
          "level": "essential",
          "description": "Most slots in use since the last report; where the fleet shares them, those of all environments."
        },
        "capacity": {
          "name": "BulkheadCapacity",
          "unit": "Count",
          "kind": "gauge",
          "level": "essential",
          "description": "Slots that there are."
        },
        "waitDuration": {
          "name": "BulkheadWaitDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "essential",
          "description": "Time that a call waited for a slot, whether it got one or not; calls that did not wait are left out."
        },
        "reclaimed": {
          "name": "BulkheadReclaimed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Slots whose holder never gave them back and that were free again because their lease had ended."
        },
        "degraded": {
          "name": "BulkheadDegraded",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls that were decided without the table because it did not answer."
        },
        "acquired": {
          "name": "BulkheadAcquired",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Calls that got a slot."
        },
        "completed": {
          "name": "BulkheadCompleted",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Calls that ended and gave their slot back."
        },
        "callDuration": {
          "name": "BulkheadCallDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that a call held its slot."
        },
        "queued": {
          "name": "BulkheadQueued",
          "unit": "Count",
          "kind": "gauge",
          "level": "detailed",
          "description": "Most calls that waited for a slot in an environment since the last report."
        },
        "resized": {
          "name": "BulkheadResized",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Times that an adaptive bulkhead changed the number of its slots."
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
          "level": "essential",
          "description": "Requests refused because of the load or of their age."
        },
        "wouldShed": {
          "name": "RequestsWouldShed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Requests that load shedding in a dry run let pass although it would have refused them."
        },
        "rate": {
          "name": "SheddingRate",
          "unit": "None",
          "kind": "gauge",
          "level": "essential",
          "description": "Share of the requests that is to be shed, from 0 to 1."
        },
        "score": {
          "name": "LoadScore",
          "unit": "None",
          "kind": "gauge",
          "level": "detailed",
          "description": "How far the load is over its thresholds: 0 where none is exceeded, 1 where it could not be worse."
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
          "level": "detailed",
          "description": "Requests refused because of the load or of their age, by their priority."
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
          "level": "essential",
          "description": "Requests, and calls and attempts towards dependencies, whose time was over before they had ended."
        },
        "refused": {
          "name": "TimeoutRefused",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Those that had so little time left that they were not begun."
        },
        "ignored": {
          "name": "TimeoutIgnored",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Those whose work went on although their time was over."
        },
        "late": {
          "name": "TimeoutLate",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Results that came when nobody waited for them any more, and were dropped."
        },
        "limit": {
          "name": "TimeoutLimit",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that there was."
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
          "level": "essential",
          "description": "Attempts beyond the first of a call."
        },
        "exhausted": {
          "name": "RetryExhausted",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls that failed for want of attempts, time or budget."
        },
        "succeeded": {
          "name": "RetrySucceeded",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Calls that succeeded after they had failed."
        },
        "delay": {
          "name": "RetryDelay",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Wait before an attempt beyond the first, as planned."
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
          "level": "essential",
          "description": "Calls of a dependency that ended, each with all its attempts."
        },
        "errors": {
          "name": "ClientErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls that failed after all attempts: an answer of 500 or more, or none at all, refusals included."
        },
        "latency": {
          "name": "ClientLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "essential",
          "description": "Time that a call took with all its attempts and waits; those that were refused are left out."
        },
        "fallbacks": {
          "name": "ClientFallbacks",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Calls that failed and that something else answered."
        },
        "unhealthyUsed": {
          "name": "ClientUnhealthyUsed",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Times that an unhealthy endpoint was used because there were too few others; once a minute for each."
        },
        "attemptLatency": {
          "name": "ClientAttemptLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that one attempt took; those that were given up from outside are left out."
        },
        "hedged": {
          "name": "ClientHedged",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Calls that were sent a second time because the first took long."
        },
        "ejected": {
          "name": "ClientEndpointsEjected",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Times that an endpoint was found unhealthy."
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
          "level": "essential",
          "description": "Requests to a state table that failed or were not made because the table had just failed."
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
          "level": "essential",
          "description": "Runs of a check that failed or took too long."
        },
        "checks": {
          "name": "HealthChecks",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Runs of a check."
        },
        "duration": {
          "name": "HealthCheckDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that a run of a check took."
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
          "level": "detailed",
          "description": "Health requests that were answered."
        },
        "notOk": {
          "name": "HealthAnswersNotOk",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Health requests that were answered with 503."
        },
        "duration": {
          "name": "HealthAnswerDuration",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that the answer to a health request took."
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
          "level": "essential",
          "description": "Requests that ended, however they did; health requests are left out."
        },
        "errors": {
          "name": "RequestErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Requests that the service failed: an error, or an answer of 500 or more; refusals are left out."
        },
        "rejected": {
          "name": "RequestsRejected",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Requests that a policy refused."
        },
        "latency": {
          "name": "RequestLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "essential",
          "description": "Time that a request took; refusals are left out, because they are fast."
        },
        "active": {
          "name": "ActiveRequests",
          "unit": "Count",
          "kind": "gauge",
          "level": "detailed",
          "description": "Requests in flight in an environment when one of them ended."
        },
        "responseSize": {
          "name": "ResponseSize",
          "unit": "Bytes",
          "kind": "histogram",
          "level": "detailed",
          "description": "Size of the body of an answer, where it is text."
        },
        "coldStarts": {
          "name": "ColdStarts",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Requests that were the first of their environment."
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
          "level": "detailed",
          "description": "Requests of an operation that ended."
        },
        "errors": {
          "name": "OperationErrors",
          "unit": "Count",
          "kind": "counter",
          "level": "detailed",
          "description": "Requests of an operation that the service failed."
        },
        "latency": {
          "name": "OperationLatency",
          "unit": "Milliseconds",
          "kind": "histogram",
          "level": "detailed",
          "description": "Time that a request of an operation took; refusals are left out."
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
          "level": "detailed",
          "description": "Requests that the service failed, by the name of the error or by status."
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
          "level": "essential",
          "description": "Sinks, extractors and callbacks that failed; the requests concerned were not touched."
        },
        "folded": {
          "name": "ObservabilityFolded",
          "unit": "Count",
          "kind": "counter",
          "level": "essential",
          "description": "Values counted under the name \"other\", because there were too many names."
        }
      }
    }
  },
  "instruments": {
    "circuitBreaker": {
      "state": {
        "name": "circuit_breaker_state",
        "kind": "gauge",
        "labels": [
          "service"
        ],
        "description": "State as last seen: 0 closed, 1 open, 2 half-open."
      },
      "transitions": {
        "name": "circuit_breaker_transitions_total",
        "kind": "counter",
        "labels": [
          "service",
          "from_state",
          "to_state"
        ],
        "description": "Changes of state, counted once by the environment that made them."
      },
      "failures": {
        "name": "circuit_breaker_failures_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Protected calls that ended in a failure that counts."
      },
      "successes": {
        "name": "circuit_breaker_successes_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Protected calls that ended well."
      },
      "rejected": {
        "name": "circuit_breaker_rejected_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Calls refused because the circuit was open."
      },
      "requests": {
        "name": "circuit_breaker_requests_total",
        "kind": "counter",
        "labels": [
          "breaker_name",
          "state",
          "result"
        ],
        "description": "Calls by what became of them: success, failure or rejected."
      },
      "duration": {
        "name": "circuit_breaker_request_duration_seconds",
        "kind": "histogram",
        "labels": [
          "breaker_name",
          "state",
          "result"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a protected call took."
      },
      "fallbacks": {
        "name": "circuit_breaker_fallback_total",
        "kind": "counter",
        "labels": [
          "breaker_name",
          "state",
          "action"
        ],
        "description": "Refused calls that a fallback answered."
      }
    },
    "sharedCircuitBreaker": {
      "state": {
        "name": "distributed_circuit_breaker_state",
        "kind": "gauge",
        "labels": [
          "service"
        ],
        "description": "State of a circuit that the fleet shares."
      },
      "transitions": {
        "name": "distributed_circuit_breaker_transitions_total",
        "kind": "counter",
        "labels": [
          "service",
          "from_state",
          "to_state"
        ],
        "description": "Changes of state of a circuit that the fleet shares."
      },
      "failures": {
        "name": "distributed_circuit_breaker_failures_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Failures under a circuit that the fleet shares."
      },
      "successes": {
        "name": "distributed_circuit_breaker_successes_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Successes under a circuit that the fleet shares."
      },
      "rejected": {
        "name": "distributed_circuit_breaker_rejected_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Calls refused by a circuit that the fleet shares."
      }
    },
    "rateLimit": {
      "requests": {
        "name": "rate_limit_requests_total",
        "kind": "counter",
        "labels": [
          "limit",
          "result"
        ],
        "description": "Calls by what became of them: admitted, refused or would_refuse."
      },
      "near": {
        "name": "rate_limit_near_total",
        "kind": "counter",
        "labels": [
          "limit"
        ],
        "description": "Keys that used up the share of their limit from which on it is reported."
      },
      "degraded": {
        "name": "rate_limit_degraded_total",
        "kind": "counter",
        "labels": [
          "limit"
        ],
        "description": "Calls that were decided without the table."
      },
      "splits": {
        "name": "rate_limit_splits_total",
        "kind": "counter",
        "labels": [
          "limit"
        ],
        "description": "Times that a busy key was split into more parts."
      }
    },
    "bulkhead": {
      "capacity": {
        "name": "bulkhead_capacity",
        "kind": "gauge",
        "labels": [
          "service"
        ],
        "description": "Slots that there are."
      },
      "usage": {
        "name": "bulkhead_current_usage",
        "kind": "gauge",
        "labels": [
          "service"
        ],
        "description": "Slots in use as last seen."
      },
      "rejected": {
        "name": "bulkhead_rejected_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Calls that a bulkhead refused."
      },
      "wait": {
        "name": "bulkhead_wait_seconds",
        "kind": "histogram",
        "labels": [
          "service"
        ],
        "unit": "s",
        "buckets": [
          0.001,
          0.005,
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          5
        ],
        "description": "Time that a call waited for a slot, whether it got one or not."
      },
      "acquisitions": {
        "name": "bulkhead_acquisitions_total",
        "kind": "counter",
        "labels": [
          "bulkhead_name",
          "result"
        ],
        "description": "Calls that got a slot."
      },
      "acquisitionWait": {
        "name": "bulkhead_wait_time_seconds",
        "kind": "histogram",
        "labels": [
          "bulkhead_name",
          "result"
        ],
        "unit": "s",
        "buckets": [
          0.001,
          0.005,
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          5
        ],
        "description": "Time that a call waited that got a slot."
      },
      "rejections": {
        "name": "bulkhead_rejections_total",
        "kind": "counter",
        "labels": [
          "bulkhead_name",
          "result",
          "reason",
          "scope"
        ],
        "description": "Calls that got no slot, by the reason and by what was full."
      },
      "rejectionWait": {
        "name": "bulkhead_rejection_wait_time_seconds",
        "kind": "histogram",
        "labels": [
          "bulkhead_name",
          "result"
        ],
        "unit": "s",
        "buckets": [
          0.001,
          0.005,
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          5
        ],
        "description": "Time that a call waited that got no slot."
      },
      "completions": {
        "name": "bulkhead_completions_total",
        "kind": "counter",
        "labels": [
          "bulkhead_name",
          "result"
        ],
        "description": "Calls that gave their slot back, by how they ended: success or failure."
      },
      "duration": {
        "name": "bulkhead_execution_duration_seconds",
        "kind": "histogram",
        "labels": [
          "bulkhead_name"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a call held its slot."
      },
      "completionWait": {
        "name": "bulkhead_completion_wait_time_seconds",
        "kind": "histogram",
        "labels": [
          "bulkhead_name"
        ],
        "unit": "s",
        "buckets": [
          0.001,
          0.005,
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          5
        ],
        "description": "Time that a call had waited that has ended."
      },
      "utilization": {
        "name": "bulkhead_utilization",
        "kind": "gauge",
        "labels": [
          "bulkhead_name"
        ],
        "description": "Share of the slots that is in use as last seen."
      },
      "queued": {
        "name": "bulkhead_queued",
        "kind": "gauge",
        "labels": [
          "bulkhead_name"
        ],
        "description": "Calls that wait for a slot in this environment."
      },
      "reclaimed": {
        "name": "bulkhead_reclaimed_total",
        "kind": "counter",
        "labels": [
          "bulkhead_name"
        ],
        "description": "Slots whose holder never gave them back."
      },
      "degraded": {
        "name": "bulkhead_degraded_total",
        "kind": "counter",
        "labels": [
          "bulkhead_name"
        ],
        "description": "Calls that were decided without the table."
      },
      "resized": {
        "name": "bulkhead_resized_total",
        "kind": "counter",
        "labels": [
          "bulkhead_name"
        ],
        "description": "Times that an adaptive bulkhead changed the number of its slots."
      }
    },
    "loadShedding": {
      "requests": {
        "name": "load_shedding_requests_total",
        "kind": "counter",
        "labels": [
          "load_shedding_name",
          "strategy",
          "result",
          "priority"
        ],
        "description": "Requests by what became of them: admitted, shed or would_shed."
      },
      "rate": {
        "name": "load_shedding_rate",
        "kind": "gauge",
        "labels": [
          "load_shedding_name",
          "strategy"
        ],
        "description": "Share of the requests that is to be shed, from 0 to 1."
      },
      "score": {
        "name": "load_shedding_score",
        "kind": "gauge",
        "labels": [
          "load_shedding_name",
          "strategy"
        ],
        "description": "How far the load is over its thresholds: 0 where none is exceeded, 1 where it could not be worse."
      },
      "latency": {
        "name": "load_shedding_latency_seconds",
        "kind": "histogram",
        "labels": [
          "load_shedding_name",
          "strategy",
          "result",
          "priority"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that an admitted request took, by how it ended: success or failure."
      },
      "active": {
        "name": "load_shedding_active_requests",
        "kind": "gauge",
        "labels": [
          "load_shedding_name",
          "strategy"
        ],
        "description": "Admitted requests in flight in this environment."
      }
    },
    "throttle": {
      "requests": {
        "name": "adaptive_throttle_requests_total",
        "kind": "counter",
        "labels": [
          "throttle",
          "result"
        ],
        "description": "Calls to a dependency by what the throttle did: admitted or refused."
      }
    },
    "timeout": {
      "requests": {
        "name": "timeout_requests_total",
        "kind": "counter",
        "labels": [
          "timeout_name",
          "result",
          "operation"
        ],
        "description": "Calls by what became of them: in_time, expired or refused."
      },
      "configured": {
        "name": "timeout_configured_seconds",
        "kind": "histogram",
        "labels": [
          "timeout_name",
          "result",
          "operation"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that there was."
      },
      "duration": {
        "name": "timeout_duration_seconds",
        "kind": "histogram",
        "labels": [
          "timeout_name",
          "result",
          "operation"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a call took that ended in time."
      },
      "ratio": {
        "name": "timeout_ratio",
        "kind": "gauge",
        "labels": [
          "timeout_name",
          "result",
          "operation"
        ],
        "description": "Share of its time that the last call used."
      },
      "ignored": {
        "name": "timeout_ignored_total",
        "kind": "counter",
        "labels": [
          "timeout_name",
          "operation"
        ],
        "description": "Calls whose work went on although their time was over."
      },
      "late": {
        "name": "timeout_late_total",
        "kind": "counter",
        "labels": [
          "timeout_name",
          "result"
        ],
        "description": "Results that nobody waited for any more, by what they were: value or error."
      }
    },
    "retry": {
      "attempts": {
        "name": "resilience_retry_attempts_total",
        "kind": "counter",
        "labels": [
          "service",
          "attempt"
        ],
        "description": "Attempts by their number; from the tenth on as 10+."
      },
      "successes": {
        "name": "resilience_retry_successes_total",
        "kind": "counter",
        "labels": [
          "service",
          "attempt"
        ],
        "description": "Calls that succeeded after they had failed, by the number of the attempt."
      },
      "exhausted": {
        "name": "resilience_retry_exhausted_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Calls that failed for want of attempts, time or budget."
      },
      "results": {
        "name": "retry_attempts_total",
        "kind": "counter",
        "labels": [
          "retry_name",
          "result",
          "attempt",
          "error_type"
        ],
        "description": "Attempts by how they ended: success or failure."
      },
      "attemptDuration": {
        "name": "retry_attempt_duration_seconds",
        "kind": "histogram",
        "labels": [
          "retry_name",
          "result",
          "attempt"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that an attempt took."
      },
      "requests": {
        "name": "retry_requests_total",
        "kind": "counter",
        "labels": [
          "retry_name",
          "result"
        ],
        "description": "Calls by how they ended: success, exhausted or given_up."
      },
      "duration": {
        "name": "retry_total_duration_seconds",
        "kind": "histogram",
        "labels": [
          "retry_name",
          "result"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a call took with all its attempts and waits."
      },
      "delay": {
        "name": "retry_total_delay_seconds",
        "kind": "histogram",
        "labels": [
          "retry_name",
          "result"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a call spent waiting between its attempts; calls that did not wait are left out."
      },
      "attemptsCount": {
        "name": "retry_attempts_count",
        "kind": "histogram",
        "labels": [
          "retry_name",
          "result"
        ],
        "buckets": [
          1,
          2,
          3,
          4,
          5,
          10,
          20,
          50,
          100
        ],
        "description": "Attempts that a call took."
      }
    },
    "client": {
      "requests": {
        "name": "resilience_http_requests_total",
        "kind": "counter",
        "labels": [
          "service",
          "method",
          "status"
        ],
        "description": "Calls of a dependency, by the status of the answer or error."
      },
      "duration": {
        "name": "resilience_http_request_duration_seconds",
        "kind": "histogram",
        "labels": [
          "service",
          "method",
          "status"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a call took with all its attempts and waits; those that were refused are left out."
      },
      "attemptDuration": {
        "name": "resilience_http_attempt_duration_seconds",
        "kind": "histogram",
        "labels": [
          "service",
          "method",
          "status"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that one attempt took, by the status of the answer, error or cancelled."
      }
    },
    "serviceClient": {
      "requests": {
        "name": "service_client_requests_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Calls of a dependency, each with all its attempts."
      },
      "duration": {
        "name": "service_client_duration_seconds",
        "kind": "histogram",
        "labels": [
          "service"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a call took with all its attempts and waits; those that were refused are left out."
      },
      "errors": {
        "name": "service_client_errors_total",
        "kind": "counter",
        "labels": [
          "service",
          "error"
        ],
        "description": "Calls that failed, by the status of the answer or error."
      },
      "fallbacks": {
        "name": "service_client_fallbacks_total",
        "kind": "counter",
        "labels": [
          "service",
          "kind"
        ],
        "description": "Calls that failed and that something else answered: stale, function or static."
      },
      "hedged": {
        "name": "service_client_hedged_total",
        "kind": "counter",
        "labels": [
          "service",
          "result"
        ],
        "description": "Calls that were sent a second time, by which answer was taken: first or second."
      }
    },
    "loadBalancer": {
      "requests": {
        "name": "load_balancer_requests_total",
        "kind": "counter",
        "labels": [
          "service",
          "endpoint",
          "status"
        ],
        "description": "Requests sent, by endpoint and by the status of the answer, error or cancelled."
      },
      "changes": {
        "name": "load_balancer_endpoint_changes_total",
        "kind": "counter",
        "labels": [
          "service",
          "endpoint",
          "from_status",
          "to_status"
        ],
        "description": "Changes of what is known of an endpoint: healthy, degraded, unhealthy or probing."
      },
      "instances": {
        "name": "service_instances",
        "kind": "gauge",
        "labels": [
          "service"
        ],
        "description": "Endpoints among which a client chooses, as this environment knows them."
      },
      "score": {
        "name": "load_balancer_endpoint_score",
        "kind": "gauge",
        "labels": [
          "service",
          "endpoint"
        ],
        "description": "Health of an endpoint when its status last changed, from 0 to 1."
      },
      "unhealthyUsed": {
        "name": "load_balancer_unhealthy_used_total",
        "kind": "counter",
        "labels": [
          "service",
          "endpoint"
        ],
        "description": "Times that an unhealthy endpoint was used because there were too few others; once a minute for each."
      },
      "discoveryErrors": {
        "name": "service_discovery_errors_total",
        "kind": "counter",
        "labels": [
          "service"
        ],
        "description": "Times that nobody could say which endpoints there are."
      }
    },
    "store": {
      "errors": {
        "name": "state_store_errors_total",
        "kind": "counter",
        "labels": [
          "table",
          "reason"
        ],
        "description": "Requests to a state table that failed or were not made because the table had just failed."
      }
    },
    "healthCheck": {
      "checks": {
        "name": "distributed_health_check_total",
        "kind": "counter",
        "labels": [
          "service",
          "status"
        ],
        "description": "Runs of a check by what they found."
      },
      "duration": {
        "name": "distributed_health_check_duration_seconds",
        "kind": "histogram",
        "labels": [
          "service"
        ],
        "unit": "s",
        "buckets": [
          0.001,
          0.005,
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          5
        ],
        "description": "Time that a run of a check took."
      },
      "status": {
        "name": "distributed_health_status",
        "kind": "gauge",
        "labels": [
          "service"
        ],
        "description": "What is known of a dependency: 1 healthy, 0.5 degraded, 0 unhealthy."
      }
    },
    "healthEndpoint": {
      "answers": {
        "name": "health_checks_total",
        "kind": "counter",
        "labels": [
          "endpoint",
          "status"
        ],
        "description": "Health requests that were answered."
      },
      "duration": {
        "name": "health_checks_duration_seconds",
        "kind": "histogram",
        "labels": [
          "endpoint",
          "status"
        ],
        "unit": "s",
        "buckets": [
          0.001,
          0.005,
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          5
        ],
        "description": "Time that the answer to a health request took."
      }
    },
    "request": {
      "requests": {
        "name": "requests_total",
        "kind": "counter",
        "labels": [
          "method",
          "path",
          "tenant_id",
          "operation",
          "status",
          "status_class"
        ],
        "description": "Requests that ended; the path is the route, never what callers sent."
      },
      "active": {
        "name": "requests_active",
        "kind": "gauge",
        "labels": [
          "method",
          "path",
          "tenant_id",
          "operation"
        ],
        "description": "Requests in flight in this environment."
      },
      "duration": {
        "name": "requests_duration_seconds",
        "kind": "histogram",
        "labels": [
          "method",
          "path",
          "tenant_id",
          "operation",
          "status",
          "status_class"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a request took; refusals are left out."
      },
      "errors": {
        "name": "requests_errors_total",
        "kind": "counter",
        "labels": [
          "method",
          "path",
          "tenant_id",
          "operation",
          "error_type"
        ],
        "description": "Requests that the service failed."
      },
      "responseSize": {
        "name": "response_size_bytes",
        "kind": "histogram",
        "labels": [
          "method",
          "path",
          "tenant_id",
          "operation",
          "status",
          "status_class"
        ],
        "unit": "By",
        "buckets": [
          100,
          1000,
          10000,
          100000,
          1000000,
          6000000
        ],
        "description": "Size of the body of an answer, where it is text."
      }
    },
    "operation": {
      "requests": {
        "name": "operation_total",
        "kind": "counter",
        "labels": [
          "operation",
          "tenant_id"
        ],
        "description": "Requests of an operation that ended."
      },
      "duration": {
        "name": "operation_duration_seconds",
        "kind": "histogram",
        "labels": [
          "operation",
          "tenant_id"
        ],
        "unit": "s",
        "buckets": [
          0.01,
          0.05,
          0.1,
          0.5,
          1,
          2.5,
          5,
          10,
          30
        ],
        "description": "Time that a request of an operation took; refusals are left out."
      },
      "errors": {
        "name": "operation_errors_total",
        "kind": "counter",
        "labels": [
          "operation",
          "tenant_id"
        ],
        "description": "Requests of an operation that the service failed."
      }
    },
    "pipeline": {
      "errors": {
        "name": "observability_errors_total",
        "kind": "counter",
        "labels": [
          "part"
        ],
        "description": "Sinks, extractors and callbacks that failed."
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
        "default": true,
        "description": "Whether the circuit protects anything; switched off, every call passes and nothing is counted."
      },
      "shared": {
        "type": "boolean",
        "default": true,
        "description": "Whether the circuit is shared by the fleet through DynamoDB; otherwise each environment keeps its own."
      },
      "inbound": {
        "type": "boolean",
        "default": false,
        "description": "Whether resilience() puts the circuit around the handler."
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
      "inbound": {
        "type": "boolean",
        "default": true,
        "description": "Whether resilience() limits the requests of the function with it."
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
    },
    "observability": {
      "logging": {
        "type": "boolean",
        "default": true,
        "description": "Whether requests and events are logged."
      },
      "metrics": {
        "type": "boolean",
        "default": true,
        "description": "Whether requests and events are counted in CloudWatch."
      },
      "tracing": {
        "type": "boolean",
        "default": false,
        "description": "Whether requests are traced in X-Ray; a Tracer has to be given."
      },
      "level": {
        "type": "choice",
        "values": [
          "essential",
          "detailed"
        ],
        "default": "essential",
        "description": "How much is reported: what alarms need, or all there is."
      },
      "sampleRate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 1,
        "description": "Share of the requests that went well whose line is written at the detailed level."
      },
      "logRequestBody": {
        "type": "boolean",
        "default": false,
        "description": "Whether the line of a request shows its body, with secrets replaced."
      },
      "logResponseBody": {
        "type": "boolean",
        "default": false,
        "description": "Whether the line of a request shows the body of its answer, with secrets replaced."
      },
      "maxBodyLogBytes": {
        "type": "integer",
        "minimum": 64,
        "maximum": 65536,
        "default": 1024,
        "description": "Bytes of a body that a line shows at most."
      },
      "maxDimensionValues": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "default": 50,
        "description": "Values of one dimension that are told apart; more are counted as \"other\"."
      },
      "gaugeInterval": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 60000,
        "description": "How often an environment repeats a gauge that has hardly changed."
      }
    },
    "maximumBulkheads": 50,
    "bulkhead": {
      "enabled": {
        "type": "boolean",
        "default": true,
        "description": "Whether the bulkhead limits anything; switched off, every call passes and nothing is counted."
      },
      "shared": {
        "type": "boolean",
        "default": true,
        "description": "Whether the fleet shares the slots through DynamoDB; otherwise each environment has its own."
      },
      "inbound": {
        "type": "boolean",
        "default": false,
        "description": "Whether resilience() puts the bulkhead around the handler."
      },
      "maxConcurrent": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 10,
        "description": "Calls that may run at the same time."
      },
      "queueSize": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000,
        "default": 5,
        "description": "Calls that may wait in an environment for a slot; further ones are refused at once."
      },
      "maxWait": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 5000,
        "description": "Longest time that a call waits for a slot; its deadline shortens it."
      },
      "perTenant": {
        "type": "boolean",
        "default": false,
        "description": "Whether every tenant has a limit of its own."
      },
      "defaultTenantLimit": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000,
        "default": 0,
        "description": "Slots of a tenant that has no limit of its own; 0 is a tenth of maxConcurrent, and at least 1."
      },
      "perOperation": {
        "type": "boolean",
        "default": false,
        "description": "Whether every operation has a limit of its own."
      },
      "defaultOperationLimit": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000,
        "default": 0,
        "description": "Slots of an operation that has no limit of its own; 0 is a fifth of maxConcurrent, and at least 1."
      },
      "borrow": {
        "type": "boolean",
        "default": false,
        "description": "Whether a tenant may use more than its own slots while others leave theirs unused."
      },
      "priority": {
        "type": "boolean",
        "default": false,
        "description": "Whether calls that wait are served by priority; otherwise in the order of their arrival."
      },
      "highPriorityThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10,
        "default": 8,
        "description": "Priority from which on a call takes the place of a lesser one in a full queue."
      },
      "adaptive": {
        "type": "boolean",
        "default": false,
        "description": "Whether the number of slots follows latency and failures, between minConcurrent and maxConcurrent."
      },
      "minConcurrent": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 1,
        "description": "Least number of slots that an adaptive bulkhead keeps."
      },
      "latencyThreshold": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 5000,
        "description": "Duration from which on a call tells an adaptive bulkhead that there are too many."
      },
      "leaseDuration": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 900000,
        "defaultMs": 60000,
        "description": "How long a slot is held at most by a call without a deadline; others hold it until theirs."
      },
      "leaseMargin": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 60000,
        "defaultMs": 1000,
        "description": "How long after the deadline of its call a slot is free again if nobody has given it back."
      },
      "keepDuration": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 10000,
        "defaultMs": 1000,
        "description": "How long after it was taken an environment may use a slot for further calls without a write; 0 means never. One that is kept by a frozen environment stays taken until its lease ends."
      },
      "onStoreFailure": {
        "type": "choice",
        "values": [
          "local",
          "allow",
          "deny"
        ],
        "default": "local",
        "description": "What happens to calls while the table does not answer; local is as many in each environment as there are slots."
      },
      "refusal": {
        "type": "choice",
        "values": [
          "too-many-requests",
          "service-unavailable"
        ],
        "default": "too-many-requests",
        "description": "How a refused request is answered: 429 or 503."
      },
      "shards": {
        "type": "integer",
        "minimum": 0,
        "maximum": 64,
        "default": 0,
        "description": "Parts into which the slots are split, so that no item is written too often; 0 is one for every 20 slots."
      },
      "maxKeys": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100000,
        "default": 1000,
        "description": "Tenants and operations that an environment remembers at most."
      }
    },
    "loadShedding": {
      "enabled": {
        "type": "boolean",
        "default": true,
        "description": "Whether anything is shed; switched off, every request passes and nothing is measured."
      },
      "strategy": {
        "type": "choice",
        "values": [
          "adaptive",
          "random",
          "priority",
          "circuit"
        ],
        "default": "adaptive",
        "description": "How the share of shed requests follows the load."
      },
      "cpuThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.8,
        "description": "Share of the processor time from which on there is overload; nothing counts it where an environment sees one request at a time."
      },
      "memoryThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.85,
        "description": "Share of the memory from which on there is overload; nothing counts it where an environment sees one request at a time."
      },
      "eventLoopThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.9,
        "description": "Share of the time that the event loop is busy from which on there is overload; nothing counts it where an environment sees one request at a time."
      },
      "latencyThreshold": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 5000,
        "description": "Latency of 95 in 100 requests from which on there is overload."
      },
      "errorRateThreshold": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.1,
        "description": "Share of failed requests from which on there is overload."
      },
      "maxInFlight": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000,
        "default": 0,
        "description": "Requests in flight in an environment from which on there is overload; 0 means that they are not looked at."
      },
      "targetLatency": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 100,
        "description": "Latency that the adaptive strategy keeps to, as far as shedding helps; 0 means that it goes by the thresholds alone."
      },
      "adaptationRate": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 0.1,
        "description": "By how much the adaptive strategy changes the share of shed requests in a second."
      },
      "minRate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0,
        "description": "Share of requests that is shed at least."
      },
      "maxRate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.9,
        "description": "Share of requests that is shed at most; while latency is over its target, what finds no room is refused on top of it."
      },
      "hysteresis": {
        "type": "number",
        "minimum": 0,
        "maximum": 0.9,
        "default": 0.1,
        "description": "How far, as a share of it, the load must fall below a threshold before shedding ends."
      },
      "sampleInterval": {
        "type": "duration",
        "minimumMs": 10,
        "maximumMs": 60000,
        "defaultMs": 1000,
        "description": "Time between two looks at processor, memory and event loop."
      },
      "metricsWindow": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 600000,
        "defaultMs": 30000,
        "description": "Age up to which latencies and failures count."
      },
      "samplingRate": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 1,
        "default": 1,
        "description": "Share of the requests whose latency is measured."
      },
      "maxEventAge": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 86400000,
        "defaultMs": 0,
        "description": "Age of an event from which on nobody waits for its result; 0 is that of its source where it is known, else none."
      },
      "retryAfter": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 3600000,
        "defaultMs": 5000,
        "description": "Time after which a shed caller is asked to try again; spread by half of it."
      },
      "dryRun": {
        "type": "boolean",
        "default": false,
        "description": "Whether requests that would be shed are only counted and reported."
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
        "default": true,
        "description": "Whether anything is cut short; switched off, work takes as long as it takes."
      },
      "timeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 30000,
        "description": "Time that the work may take."
      },
      "calculator": {
        "type": "choice",
        "values": [
          "fixed",
          "adaptive",
          "priority",
          "load"
        ],
        "default": "fixed",
        "description": "How the time follows the request: not at all, its kind and size, its priority, or the load, under which it shrinks."
      },
      "minTimeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 100,
        "description": "Least time that a calculator gives; work that has less left is refused."
      },
      "maxTimeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 900000,
        "description": "Longest time that work may have, whether it is declared or worked out."
      },
      "margin": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 60000,
        "defaultMs": 500,
        "description": "What is left of the time of the invocation for the answer and what has to be written after it."
      },
      "grace": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 30000,
        "defaultMs": 0,
        "description": "Time that work has to end by itself after its signal was aborted, before the answer is given in its place."
      },
      "answer": {
        "type": "choice",
        "values": [
          "gateway-timeout",
          "request-timeout"
        ],
        "default": "gateway-timeout",
        "description": "How a request that took too long is answered: 504 or 408."
      },
      "trustDeadline": {
        "type": "boolean",
        "default": false,
        "description": "Whether the time left that a caller states in a header is believed."
      }
    },
    "timeoutLimit": {
      "minimumMs": 1,
      "maximumMs": 900000
    },
    "retry": {
      "enabled": {
        "type": "boolean",
        "default": true,
        "description": "Whether anything is tried again."
      },
      "maxAttempts": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 3,
        "description": "Calls in all, the first one included."
      },
      "strategy": {
        "type": "choice",
        "values": [
          "exponential",
          "linear",
          "fixed"
        ],
        "default": "exponential",
        "description": "How the wait grows from attempt to attempt."
      },
      "initialDelay": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 100,
        "description": "Wait before the second call."
      },
      "maxDelay": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 5000,
        "description": "Longest wait between two calls, jitter included, unless the answer asks for a longer one."
      },
      "multiplier": {
        "type": "number",
        "minimum": 1,
        "maximum": 10,
        "default": 2,
        "description": "By what the exponential wait grows."
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
        "default": "full",
        "description": "How waits are spread, so that callers do not come back together."
      },
      "jitterRatio": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.5,
        "description": "By what share of itself a wait is spread with the jitter \"ratio\"."
      },
      "attemptTimeout": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 30000,
        "description": "Time that one call may take; 0 means that only the total counts."
      },
      "totalTimeout": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 300000,
        "description": "Time that all calls and waits may take; 0 means that only the deadline counts."
      },
      "idempotentOnly": {
        "type": "boolean",
        "default": true,
        "description": "Whether requests whose method is not idempotent are left alone unless they carry an idempotency key."
      },
      "budget": {
        "type": "choice",
        "values": [
          "tokens",
          "ratio",
          "none"
        ],
        "default": "tokens",
        "description": "What keeps retries from multiplying an outage: tokens that first calls earn, a share of the calls in flight, or nothing."
      },
      "budgetTokens": {
        "type": "number",
        "minimum": 1,
        "maximum": 10000,
        "default": 10,
        "description": "Retries that the budget holds at most."
      },
      "budgetRefill": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.1,
        "description": "Part of a retry that each first call adds to the budget."
      },
      "budgetRatio": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.2,
        "description": "Share of the calls in flight that may be retries, beyond three."
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
        "default": "http",
        "description": "Scheme of all addresses."
      },
      "port": {
        "type": "integer",
        "minimum": 0,
        "maximum": 65535,
        "default": 0,
        "description": "Port of instances that are registered without one; 0 means that of the scheme."
      },
      "cache": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 3600000,
        "defaultMs": 5000,
        "description": "How long an answer counts as fresh; up to a fifth less by chance."
      },
      "maxStale": {
        "type": "duration",
        "minimumMs": 1000,
        "maximumMs": 86400000,
        "defaultMs": 300000,
        "description": "How old the last answer may be while there is no fresh one."
      },
      "heartbeatLife": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 86400000,
        "defaultMs": 0,
        "description": "Age of the attribute `heartbeatAtMs` beyond which an instance is dead; 0 means that nobody looks."
      }
    },
    "dependency": {
      "timeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 30000,
        "description": "Time that a call may take with all its attempts and waits."
      },
      "attemptTimeout": {
        "type": "duration",
        "minimumMs": 1,
        "maximumMs": 900000,
        "defaultMs": 10000,
        "description": "Time that one attempt may take."
      },
      "maxResponseBytes": {
        "type": "integer",
        "minimum": 0,
        "maximum": 1073741824,
        "default": 10485760,
        "description": "Largest body of an answer; 0 means that there is no limit."
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
        "default": "peak-ewma",
        "description": "How calls are spread over several endpoints."
      },
      "hedgeAfterQuantile": {
        "type": "number",
        "minimum": 0,
        "maximum": 0.999,
        "default": 0,
        "description": "Quantile of the latency after which an idempotent call is sent a second time; 0 means never."
      },
      "unhealthyThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 3,
        "description": "Failures in a row after which an endpoint is avoided."
      },
      "healthyThreshold": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 2,
        "description": "Successes in a row after which an endpoint is used as before."
      },
      "ejectionDuration": {
        "type": "duration",
        "minimumMs": 100,
        "maximumMs": 900000,
        "defaultMs": 30000,
        "description": "How long an endpoint is avoided the first time."
      },
      "maxEjectedShare": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.5,
        "description": "Share of the endpoints that may be avoided at the same time."
      },
      "slowStart": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 900000,
        "defaultMs": 10000,
        "description": "Time in which the share of an endpoint grows back."
      },
      "propagateDeadline": {
        "type": "boolean",
        "default": true,
        "description": "Whether the time left is handed on in a header."
      },
      "staleIfError": {
        "type": "duration",
        "minimumMs": 0,
        "maximumMs": 86400000,
        "defaultMs": 0,
        "description": "Age up to which the last good answer of a GET serves while calls fail; 0 means that it does not."
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
