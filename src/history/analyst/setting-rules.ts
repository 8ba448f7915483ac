// Which settings of the engine an analyst may change, and how far. What is in none of these groups is
// applied to the one query as it is: most of the engine's settings say how an answer is written or how
// a query is run. docs/sql-settings.md says the same in words.

/** What a setting may do at the analysts' door. */
export type SettingRule =
  /** Only downwards of the value that queries have here; where that is 0, nothing limits, any. */
  | 'limit'
  /** Only the value that it has. */
  | 'writes'
  | 'reaches-outside'
  | 'observes'
  | 'engine';

/** Limits on what a query may take. */
export const LIMITS: readonly string[] = (
  'max_execution_time max_execution_time_leaf max_memory_usage max_memory_usage_for_user ' +
  'max_untracked_memory max_result_bytes max_result_rows max_threads max_query_size ' +
  'max_parser_depth max_parser_backtracks max_analyze_depth max_ast_depth max_ast_elements ' +
  'max_expanded_ast_elements max_subquery_depth max_recursive_cte_evaluation_depth ' +
  'recursive_cte_max_steps_in_type_inference max_pipeline_depth max_autoincrement_series ' +
  'max_rand_distribution_trials max_rand_distribution_parameter max_wkb_geometry_elements ' +
  'function_range_max_elements_in_block function_sleep_max_microseconds_per_block ' +
  'function_base58_max_input_size regexp_max_matches_per_row glob_expansion_max_elements ' +
  'extract_key_value_pairs_max_pairs_per_row highlight_max_matches_per_row ' +
  'format_binary_max_string_size format_binary_max_array_size format_binary_max_object_size'
).split(' ');

/** Groups whose settings keep the value that they have. */
export const KEPT: readonly {
  readonly rule: Exclude<SettingRule, 'limit'>;
  readonly names: RegExp;
}[] = [
  {
    rule: 'writes',
    names:
      /^(readonly|profile|allow_ddl|output_format_schema|into_outfile_\w+|rename_files_after_processing|input_format_record_errors_file_path)$/,
  },
  {
    rule: 'reaches-outside',
    names:
      /^(format_schema\w*|format_template_(resultset|row)|format_avro_schema_registry_url|url_base|(allow_experimental_)?ai_\w+|allow_python_table_function|allow_unrestricted_reads_from_keeper|dynamic_disk_allow_\w+|allow_get_client_http_header|format_display_secrets_in_show_and_select|webassembly_\w+)$/,
  },
  {
    rule: 'observes',
    names:
      /^(allow_introspection_functions|send_logs_\w+|query_profiler_\w+|memory_profiler_\w+|jemalloc_\w+|metrics_perf_\w+|opentelemetry_\w+|trace_profile_\w+|allow_fuzz_query_functions|ast_fuzzer_\w+|\w*fault_(injection_|probability)\w*|sleep_\w+|merge_tree_storage_snapshot_sleep_ms)$/,
  },
  {
    rule: 'engine',
    names:
      /^(dialect|polyglot_dialect|allow_experimental_(kusto|prql|polyglot)_dialect|implicit_select|implicit_table_at_top_level|reserve_memory|os_thread\w+|chdb_client_name)$/,
  },
];

/** @param name as the engine spells it, not an alias */
export function ruleOf(name: string): SettingRule | null {
  if (LIMITS.includes(name)) return 'limit';
  return KEPT.find(({ names }) => names.test(name))?.rule ?? null;
}
