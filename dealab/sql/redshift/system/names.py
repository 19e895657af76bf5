"""System tables and views of Redshift that the lab has no rows for: what the service shows there.

The names: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
(read 2026-11-23)
"""

_STEPS = (
    "Redshift shows the steps of each query on each slice there: rows, bytes, memory, whether it "
    "went to disk. The lab runs queries in one process without such steps; EXPLAIN and "
    "STL_EXPLAIN show the plan."
)
_HARDWARE = "Redshift shows the nodes' hardware, network or disks there. The lab has none."
_WLM = (
    "Redshift shows the queues of workload management (WLM) there. The lab runs one statement at "
    "a time and has no queues."
)
_INTERNAL = "Redshift keeps details of its own work there."
_SCALING = "Redshift shows concurrency scaling there. The lab's cluster never scales."
_SERVERLESS = "Redshift Serverless shows its use there. The lab models a provisioned cluster."
_ML = "Redshift ML shows its models there. The lab has no SageMaker."
_STREAM = "Redshift shows streaming ingestion there. The lab has no streams."
_CATALOG = "PostgreSQL's catalog keeps details there that the lab does not model."

_GROUPS = {
    _STEPS: """
        svl_query_summary svl_query_report sys_query_detail stl_aggr stl_bcast stl_delete stl_dist
        stl_hash stl_hashjoin stl_insert stl_limit stl_merge stl_mergejoin stl_nestloop stl_parse
        stl_plan_info stl_project stl_return stl_save stl_scan stl_sort stl_stream_segs stl_unique
        stl_window stl_query_metrics stv_query_metrics svl_query_metrics svl_query_metrics_summary
        svl_query_queue_info stv_active_cursors stv_cursor_configuration stv_exec_state
         stl_udf_compile_error svl_udf_log svl_compile svl_auto_worker_action
        sys_udf_log sys_spatial_simplify stl_unlock_trace
    """,
    _HARDWARE: """
        stv_node_storage_capacity stv_partitions stl_commit_stats stl_s3client stl_s3client_error
         stl_disk_full_diag stl_network_throttle stl_error
        stv_startup_recovery_state stl_backup_leader stl_restarted_sessions
         stl_usage_control
    """,
    _WLM: """
        stv_wlm_service_class_config stv_wlm_service_class_state stv_wlm_classification_config
        stv_wlm_query_queue_state stv_wlm_query_state stv_wlm_query_task_state
        stv_wlm_qmr_config stl_wlm_error stl_wlm_rule_action

    """,
    _SCALING: """
        stl_concurrency_scaling_usage svcs_concurrency_scaling_usage stv_xrestore_alter_queue_state
    """,
    _SERVERLESS: "sys_serverless_usage sys_compute_usage",
    _ML: "stv_ml_model_info svv_ml_model_info svv_ml_model_privileges sys_ml_model",
    _STREAM: "sys_stream_scan_states sys_stream_scan_errors svv_streaming_consumer",
    _INTERNAL: """
        stl_connection_log sys_connection_log stl_tr_conflict stl_userlog sys_userlog
        stl_vacuum_detail svl_vacuum_percentage svv_interleaved_columns
          svv_alter_table_recommendations
        sys_automatic_optimization sys_auto_table_optimization sys_child_query_text
         sys_copy_job sys_copy_job_info sys_copy_job_detail
        sys_copy_replacements sys_integration_activity sys_integration_table_activity
        sys_integration_table_state_change svv_integration svv_integration_table_state
        sys_datashare_change_log sys_datashare_usage_consumer sys_datashare_usage_producer
        svl_datashare_change_log svl_datashare_usage_consumer svl_datashare_usage_producer
        svl_datashare_cross_region_usage sys_datashare_cross_region_usage svv_datashare_privileges
        svl_federated_query svl_s3catalog svl_s3list svl_s3retries svl_s3requests
        svl_spectrum_scan_error svl_spatial_simplify svl_terminate stl_schema_quota_violations
        svv_schema_quota_state sys_schema_quota_violations svl_restore_alter_table_progress
        sys_restore_state sys_restore_log
          svv_identity_providers svv_language_privileges
        svv_sem_usage svl_multi_statement_violations
        stl_analyze_compression sys_analyze_compression_history
         svv_rls_applied_policy svv_copy_job_integrations
          sys_external_query_error
        svv_query_state svv_query_inflight stl_undone sys_mv_state stl_mv_state

    """,
    _CATALOG: """
        pg_index pg_indexes pg_depend pg_trigger pg_rewrite pg_operator pg_opclass pg_am pg_amop
        pg_aggregate pg_cast pg_conversion pg_inherits pg_listener pg_locks pg_rules pg_settings
        pg_shadow pg_stats pg_statistic pg_stat_activity pg_stat_database pg_stat_user_tables
        pg_stat_all_tables pg_statio_all_tables pg_tablespace pg_shdepend
              pg_library
          pg_attribute_info pg_auth_members
        pg_roles pg_datashare
    """,
}
#: name -> what Redshift shows there
KNOWN: dict[str, str] = {name: why for why, names in _GROUPS.items() for name in names.split()}

#: views of information_schema that the lab has no rows for
LEADER: dict[str, str] = dict.fromkeys(
    """
    applicable_roles check_constraints column_domain_usage column_privileges column_udt_usage
    constraint_column_usage constraint_table_usage data_type_privileges domain_constraints
    domain_udt_usage domains element_types enabled_roles information_schema_catalog_name
    parameters referential_constraints role_column_grants role_routine_grants
    role_table_grants role_usage_grants routine_privileges routines sql_features
    sql_implementation_info sql_languages sql_packages sql_sizing sql_sizing_profiles
    table_privileges triggered_update_columns triggers usage_privileges user_defined_types
    view_column_usage view_table_usage
    """.split(),  # noqa: SIM905
    "it is one of PostgreSQL's views of the information schema; Redshift shows it too.",
)
