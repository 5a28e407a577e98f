-- A row for every table the eleventh version made.
INSERT INTO cluster_agents (id, project_id, name, created_by, created_at) VALUES (1, 1, 'east', 1, 1);
INSERT INTO cluster_agent_tokens (agent_id, name, digest, revoked, created_at) VALUES (1, 'main', 'agents digest', 0, 1);
INSERT INTO cluster_agent_grants (agent_id, kind, path_key, configuration) VALUES (1, 'project', 'root/app', '{}');
