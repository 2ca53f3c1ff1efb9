-- name: deactivate
update model set is_active = false where is_active and model_id <> %(model_id)s;

-- name: activate
insert into model (model_id, content, is_active) values (%(model_id)s, %(content)s, true)
on conflict (model_id) do update set is_active = true;

-- name: find_active
select model_id, content from model where is_active;

-- name: keep
insert into model (model_id, content) values (%(model_id)s, %(content)s) on conflict (model_id) do nothing;

-- name: get
select model_id, content from model where model_id = %(model_id)s;

-- name: find_active_id
select model_id from model where is_active;
