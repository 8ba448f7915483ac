-- What analysts may do on a server: read. Grant it to their users: GRANT proffer_analyst TO ….
CREATE ROLE IF NOT EXISTS proffer_analyst SETTINGS readonly = 1;
GRANT SELECT ON * TO proffer_analyst;
