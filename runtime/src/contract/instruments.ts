// Generated from contract/contract.json by `npm run contract`. Do not edit.

/** The instruments of OpenTelemetry. */
export const INSTRUMENTS = {
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
} as const;
