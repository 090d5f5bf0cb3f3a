-- The findings about two photos, to be paged without reading all others.
CREATE INDEX findings_photo ON findings (id) WHERE scope >= 'photo:' AND scope < 'photo;';
