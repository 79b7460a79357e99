-- What was given back and waits for its time: few rows, however long the queue is. Without
-- this, whoever asks what is due next has the planner take all of the queue for worth a look.
CREATE INDEX queue_held_back ON queue (lane, due) WHERE not_before IS NOT NULL;
